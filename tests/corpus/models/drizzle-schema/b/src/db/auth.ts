import { pgSchema, uuid } from "drizzle-orm/pg-core";

export const auth = pgSchema("auth");

export const sessions = auth.table("sessions", { id: uuid().primaryKey() });
