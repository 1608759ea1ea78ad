import { MigrationInterface, QueryRunner, Table, TableColumn, TableIndex } from "typeorm";

export class M2 implements MigrationInterface {
  name = "M2";

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createIndex("users", new TableIndex({ name: "ix_name", columnNames: ["name"] }));
  }

  public async down(queryRunner: QueryRunner): Promise<void> {

  }
}
