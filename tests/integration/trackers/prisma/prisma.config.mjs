// The engine that comes with the package (WebAssembly), with a driver of its own: nothing is downloaded. The driver's pool keeps the
// process alive until its idle connections time out, ten seconds by default.
import { PrismaPg } from "@prisma/adapter-pg";

export default {
  engine: "js",
  experimental: { adapter: true },
  schema: "./prisma/schema.prisma",
  adapter: async () => new PrismaPg({ connectionString: process.env.DATABASE_URL, idleTimeoutMillis: 1 }),
};
