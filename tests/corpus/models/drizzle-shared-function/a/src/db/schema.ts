import { relations, sql } from "drizzle-orm";
import { boolean, check, foreignKey, index, integer, jsonb, numeric, pgEnum, pgTable, primaryKey, serial, text, unique, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";
import { timestamps } from "./columns";

export const orderStatus = pgEnum("order_status", ["new", "paid"]);

export const users = pgTable("users", {
  id: serial("id").primaryKey(),
  email: varchar("email", { length: 255 }).notNull(),
  displayName: varchar("display_name", { length: 80 }),
  isActive: boolean("is_active").default(true),
  ...timestamps,
});

export const orders = pgTable(
  "orders",
  {
    id: uuid("id").defaultRandom().primaryKey(),
    userId: integer("user_id").references(() => users.id),
    status: orderStatus("status").default("new").notNull(),
    total: numeric("total", { precision: 8, scale: 2 }).notNull(),
  },
  (table) => [index("orders_status_idx").on(table.status)],
);

export const usersRelations = relations(users, ({ many }) => ({ orders: many(orders) }));
