import { timestamp, varchar } from "drizzle-orm/pg-core";

export const code = (name: string) => varchar(name, { length: 12 }).notNull();

export const timestamps = {
  createdAt: timestamp("created_at", { withTimezone: true }).defaultNow().notNull(),
  updatedAt: timestamp("updated_at", { withTimezone: true }).$onUpdate(() => new Date()),
};
