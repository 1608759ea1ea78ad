import { MigrationInterface, QueryRunner, Table, TableColumn, TableIndex } from "typeorm";

export class M2 implements MigrationInterface {
  name = "M2";

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumns("orders", [new TableColumn({ name: "email", type: "varchar" })]);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {

  }
}
