import { pgTable, text } from "drizzle-orm/pg-core";

export const old = pgTable("old", { x: text("x") });
