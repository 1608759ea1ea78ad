// migrate.mjs DIRECTORY: migrate() of postgres-migrations; prints the number of each migration that it ran.
import pg from "pg";
import { migrate } from "postgres-migrations";

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
try {
  for (const { id } of await migrate({ client }, process.argv[2])) console.log(id);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
await client.end();
