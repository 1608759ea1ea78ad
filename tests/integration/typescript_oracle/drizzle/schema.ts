import { pgTable, serial, text, varchar, integer, boolean, timestamp, jsonb, numeric, pgEnum, uuid, index, uniqueIndex, unique, primaryKey, foreignKey, check, pgSchema, bigint, date, time, interval, char, real, doublePrecision, json, smallint, bigserial, inet, customType, point, line, bit } from "drizzle-orm/pg-core";
import { isNull, sql } from "drizzle-orm";
export const role = pgEnum("role", ["admin", "user"]);
export const users = pgTable("users", {
  id: serial("id").primaryKey(),
  email: varchar("email", { length: 255 }).notNull().unique(),
  nick: text("nick").unique("nick_uq"),
  name: text().default("it's"),
  createdAt: timestamp("created_at", { withTimezone: true, precision: 3 }).defaultNow().notNull(),
  plain: timestamp().default(sql`now()`),
  tags: text("tags").array().default([]),
  grid: integer("grid").array().array(),
  sized: integer("sized").array(3),
  data: jsonb("data").default({ a: 1 }),
  arr: jsonb("arr").default([]),
  price: numeric("price", { precision: 10, scale: 2 }).default("0"),
  np: numeric("np", { precision: 10 }),
  num: numeric({ precision: 12, scale: 2, mode: "number" }).default(5),
  big: bigint("big", { mode: "number" }).default(0),
  role: role("role").default("user").notNull(),
  roles: role("roles").array(),
  u: uuid("u").defaultRandom(),
  d: date("d").defaultNow(), t: time("t", { precision: 2, withTimezone: true }), i: interval("i", { fields: "day to second", precision: 3 }), iv: interval(),
  c: char("c", { length: 2 }), r: real("r"), dp: doublePrecision("dp"), j: json("j"), s: smallint("s"), ip: inet("ip"), pt: point("pt"), ln: line("ln"), bi: bit("bi", { dimensions: 3 }),
  gen: text("gen").generatedAlwaysAs(sql`'x'`),
  ident: integer("ident").generatedAlwaysAsIdentity(),
  ts2: timestamp("ts2", {mode:"string"}).default("2020-01-01 10:00:00"),
  en: text("en", { enum: ["a", "b"] }),
  vv: varchar(),
  defd: date("defd").default("2020-01-01"), flag: boolean().default(false),
}, (t) => [index("n_idx").on(t.name), index().on(t.nick, t.email.desc()), index("first").on(t.name.desc().nullsFirst(), t.nick.nullsFirst()), uniqueIndex("lower_idx").on(sql`lower(${t.name})`), check("pos", sql`${t.big} > 0`), unique().on(t.name, t.nick), unique("custom").on(t.big, t.s), index("w").using("btree", t.r).where(sql`${t.flag} is true`)]);
export const posts = pgTable("posts", {
  a: integer("a").references(() => users.id, { onDelete: "cascade" }), b: integer("b"), c: varchar("c", { length: 4 }), d: smallint("d"),
}, (t) => ({ pk: primaryKey({ columns: [t.a, t.b] }), fk: foreignKey({ columns: [t.b], foreignColumns: [users.id] }), fk2: foreignKey({ name: "two", columns: [t.a, t.d], foreignColumns: [users.big, users.s] }) }));
export const auth = pgSchema("auth");
export const kind = auth.enum("kind", ["x"]);
export const acc = auth.table("accounts", { id: bigserial("id", { mode: "number" }).primaryKey(), k: kind("k"), u: integer("u").references(() => users.id) });
const live = (name: string, t: any, ...columns: any) => uniqueIndex(name).on(...columns).where(isNull(t.gone));
const shared = (name: string, t: any) => [index(`${name}_gone`).on(t.gone), live(`${name}_live`, t, t.name, t.u)];
const toUser = (name: string, target: () => any) => integer(name).references(target, { onDelete: "set null" });
export const logs = pgTable("logs", { id: serial().primaryKey(), name: text(), gone: timestamp(), u: toUser("user_id", () => users.id) }, (t) => [...shared("logs", t), check("short", sql`length(${t.name}) < 9 and ${sql.raw("id > 0")}`)]);
