import { ViewColumn, ViewEntity } from "typeorm";

@ViewEntity({ expression: `SELECT id FROM users` })
export class ActiveUser {
  @ViewColumn()
  id: number;
}
