const { MigrationInterface, QueryRunner } = require("typeorm");

module.exports = class Change1700000000002 {
  async up(queryRunner) {
    await queryRunner.query("ALTER TABLE \"users\" ADD \"email\" character varying(20)");
  }

  async down(queryRunner) {}
};
