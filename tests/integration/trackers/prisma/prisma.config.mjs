// The engine that comes with the package (WebAssembly), with a driver of its own: nothing is downloaded.
import { PrismaPg } from "@prisma/adapter-pg";

export default {
  engine: "js",
  experimental: { adapter: true },
  schema: "./prisma/schema.prisma",
  adapter: async () => new PrismaPg({ connectionString: process.env.DATABASE_URL }),
};
