import { MigrationInterface, QueryRunner, Table, TableColumn, TableIndex } from "typeorm";

export class M2 implements MigrationInterface {
  name = "M2";

  public async up(queryRunner: QueryRunner): Promise<void> {
    // users.email: later
    console.log("email of users");
  }

  public async down(queryRunner: QueryRunner): Promise<void> {

  }
}
