import { MigrationInterface, QueryRunner, Table, TableColumn, TableIndex } from "typeorm";

export class M2 implements MigrationInterface {
  name = "M2";

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.changeColumn("users", "name", new TableColumn({ name: "name", type: "varchar", length: "80" }));
  }

  public async down(queryRunner: QueryRunner): Promise<void> {

  }
}
