import { MigrationInterface, QueryRunner, Table, TableColumn, TableIndex } from "typeorm";

export class M2 implements MigrationInterface {
  name = "M2";

  public async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TYPE "public"."users_name_enum" RENAME TO "users_name_enum_old"`);
    await queryRunner.query(`CREATE TYPE "public"."users_name_enum" AS ENUM('a', 'b', 'c')`);
    await queryRunner.query(`ALTER TABLE "users" ALTER COLUMN "name" TYPE "public"."users_name_enum" USING "name"::"text"::"public"."users_name_enum"`);
    await queryRunner.query(`DROP TYPE "public"."users_name_enum_old"`);
  }

  public async down(queryRunner: QueryRunner): Promise<void> {

  }
}
