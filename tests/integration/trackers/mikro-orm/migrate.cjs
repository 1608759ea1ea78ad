// migrate.cjs status|up|create [NAME]: MikroORM's own Migrator, as its program calls it.
const { MikroORM } = require("@mikro-orm/postgresql");
const { Migrator } = require("@mikro-orm/migrations");

(async () => {
  const [action, name] = process.argv.slice(2);
  const orm = await MikroORM.init({
    clientUrl: process.env.DATABASE_URL,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    migrations: { path: "src/migrations", glob: "!(*.d).{js,ts}", snapshot: false, emit: "js" },
  });
  try {
    const migrator = orm.getMigrator();
    if (action === "up") for (const { name } of await migrator.up()) console.log(name);
    if (action === "create") console.log((await migrator.createMigration(undefined, true, false, name)).fileName);
    if (action === "status") {
      const done = await migrator.getExecutedMigrations();
      for (const { name } of await migrator.getPendingMigrations()) console.log("pending", name);
      for (const { name } of done) console.log("applied", name);
    }
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
  await orm.close(true);
})();
