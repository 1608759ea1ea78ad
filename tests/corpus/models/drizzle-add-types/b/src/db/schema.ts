import { relations, sql } from "drizzle-orm";
import { bigint, bigserial, boolean, char, check, date, doublePrecision, inet, interval, json, real, smallint, time, timestamp, vector, foreignKey, index, integer, jsonb, numeric, pgEnum, pgTable, primaryKey, serial, text, unique, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";
import { timestamps } from "./columns";

export const orderStatus = pgEnum("order_status", ["new", "paid"]);

export const users = pgTable("users", {
  id: serial("id").primaryKey(),
  email: varchar("email", { length: 255 }).notNull(),
  displayName: varchar("display_name", { length: 80 }),
  isActive: boolean("is_active").default(true),
  a: bigint("a", { mode: "number" }).default(0),
  b: char("b", { length: 2 }),
  c: date("c"),
  d: doublePrecision("d"),
  e: inet("e"),
  f: interval("f"),
  g: json("g"),
  h: jsonb("h").$type<string[]>().default([]),
  i: real("i"),
  j: smallint("j"),
  k: time("k"),
  l: timestamp("l", { precision: 3 }),
  m: text("m").array().notNull(),
  n: text("n", { enum: ["x", "y"] }),
  o: numeric("o"),
  p: vector("p", { dimensions: 3 }),
  q: orderStatus("q").array(),
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
