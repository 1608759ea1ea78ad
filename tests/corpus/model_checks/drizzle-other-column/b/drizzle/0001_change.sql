ALTER TABLE "users" ADD COLUMN "mail" varchar(20);
