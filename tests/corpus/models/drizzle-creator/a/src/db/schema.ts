import { integer, pgTableCreator, text } from "drizzle-orm/pg-core";

export const createTable = pgTableCreator((name) => `shop_${name}`);

export const items = createTable("items", { id: integer("id").primaryKey() });
