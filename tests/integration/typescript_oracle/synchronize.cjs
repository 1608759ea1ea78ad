// synchronize.cjs URL FILE: TypeORM makes the tables of the entities in a TypeScript file.
"use strict";
require("reflect-metadata");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const typescript = require("typescript");
const { DataSource, EntitySchema } = require("typeorm");

require.extensions[".ts"] = (module, file) => {
  const options = {
    module: typescript.ModuleKind.CommonJS,
    target: typescript.ScriptTarget.ES2020,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    esModuleInterop: true,
  };
  module._compile(
    typescript.transpileModule(fs.readFileSync(file, "utf8"), { compilerOptions: options, fileName: file }).outputText, file);
};

async function main() {
  const [url, file] = process.argv.slice(2);
  const things = Object.values(require(path.resolve(file)));
  const entities = things.filter((thing) => thing instanceof EntitySchema || (typeof thing === "function" && /^class/.test(thing.toString())));
  const source = new DataSource({ type: "postgres", url, entities, synchronize: true });
  await source.initialize();
  await source.destroy();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
