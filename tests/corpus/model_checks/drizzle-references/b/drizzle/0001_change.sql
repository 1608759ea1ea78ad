ALTER TABLE "users" ADD COLUMN "boss" integer;
