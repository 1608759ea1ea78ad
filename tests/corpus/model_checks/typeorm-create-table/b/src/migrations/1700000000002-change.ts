import { MigrationInterface, QueryRunner, Table, TableColumn, TableIndex } from "typeorm";

export class M2 implements MigrationInterface {
  name = "M2";

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(new Table({
      name: "teams",
      columns: [{ name: "id", type: "int", isPrimary: true }, { name: "name", type: "varchar" }],
    }), true);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {

  }
}
