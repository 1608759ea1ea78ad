import { MigrationInterface, QueryRunner, Table, TableColumn, TableIndex } from "typeorm";

export class M2 implements MigrationInterface {
  name = "M2";

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumn("users", new TableColumn({ name: "email", type: "varchar", length: "20", isNullable: true }));
  }

  public async down(queryRunner: QueryRunner): Promise<void> {

  }
}
