import { MigrationInterface, QueryRunner, Table, TableColumn, TableIndex } from "typeorm";

export class M2 implements MigrationInterface {
  name = "M2";

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE "users" ADD COLUMN IF NOT EXISTS "email" character varying(20)`);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {

  }
}
