import { integer, pgTable, serial, varchar } from "drizzle-orm/pg-core";

export const users = pgTable("users", {
  id: serial("id").primaryKey(),
  boss: integer("boss"),
  name: varchar("name", { length: 50 }),
});
