// migrate.cjs DIRECTORY: Drizzle's migrate(), as an application calls it.
const path = require("node:path");
const load = require("node:module").createRequire(path.join(process.cwd(), "x"));
const { drizzle } = load("drizzle-orm/node-postgres");
const { migrate } = load("drizzle-orm/node-postgres/migrator");
const { Client } = load("pg");

(async () => {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  try {
    await migrate(drizzle(client), { migrationsFolder: process.argv[2] });
  } catch (error) {
    console.error(error.message, error.cause ?? "");
    process.exitCode = 1;
  }
  await client.end();
})();
