import { pgTable, text } from "drizzle-orm/pg-core";

export const things = pgTable("things", { name: text("name").default("x") });
