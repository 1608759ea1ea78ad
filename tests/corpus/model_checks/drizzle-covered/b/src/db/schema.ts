import { pgTable, serial, varchar } from "drizzle-orm/pg-core";

export const users = pgTable("users", {
  id: serial("id").primaryKey(),
  email: varchar("email", { length: 20 }).notNull().unique(),
  name: varchar("name", { length: 50 }),
});
