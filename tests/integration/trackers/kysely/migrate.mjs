// migrate.mjs status|latest DIRECTORY: Kysely's own Migrator over its FileMigrationProvider, as its documentation sets it up.
import { promises as fs } from "node:fs";
import path from "node:path";
import { FileMigrationProvider, Kysely, Migrator, PostgresDialect } from "kysely";
import pg from "pg";

const [action, directory] = process.argv.slice(2);
const db = new Kysely({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: process.env.DATABASE_URL }) }) });
const migrator = new Migrator({ db, provider: new FileMigrationProvider({ fs, path, migrationFolder: path.resolve(directory) }) });
if (action === "status") {
  for (const { name, executedAt } of await migrator.getMigrations()) console.log(executedAt ? "applied" : "pending", name);
} else {
  const { error, results } = await migrator.migrateToLatest();
  for (const result of results ?? []) console.log(result.status, result.migrationName);
  if (error) {
    console.error(error);
    process.exitCode = 1;
  }
}
await db.destroy();
