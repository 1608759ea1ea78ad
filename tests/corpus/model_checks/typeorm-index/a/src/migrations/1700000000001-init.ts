import { MigrationInterface, QueryRunner, Table, TableColumn, TableIndex } from "typeorm";

export class M1 implements MigrationInterface {
  name = "M1";

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`CREATE TABLE "users" ("id" SERIAL NOT NULL, "name" character varying(50) NOT NULL, CONSTRAINT "PK_1" PRIMARY KEY ("id"))`);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {

  }
}
