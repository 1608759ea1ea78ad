import * as pg from "drizzle-orm/pg-core";

export const logs = pg.pgTable("logs", { id: pg.serial().primaryKey(), text: pg.text().notNull() });
