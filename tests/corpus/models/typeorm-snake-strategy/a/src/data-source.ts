import { DataSource } from "typeorm";
import { SnakeNamingStrategy } from "typeorm-naming-strategies";

export const source = new DataSource({
  type: "postgres",
  namingStrategy: new SnakeNamingStrategy(),
});
