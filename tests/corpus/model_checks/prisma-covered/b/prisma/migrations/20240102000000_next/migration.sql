-- AlterTable
ALTER TABLE "User" ADD COLUMN     "nickName" VARCHAR(50);
