import { pgTable } from "drizzle-orm/pg-core";

export const logs = pgTable("logs", (t) => ({
  id: t.serial().primaryKey(),
  level: t.varchar({ length: 10 }),
}));

export const marks = pgTable("marks", ({ serial, text }) => ({ id: serial().primaryKey(), word: text() }));
