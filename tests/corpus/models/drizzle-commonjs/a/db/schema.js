const { pgTable, serial, text } = require("drizzle-orm/pg-core");

const users = pgTable("users", { id: serial("id").primaryKey() });

module.exports = { users };
