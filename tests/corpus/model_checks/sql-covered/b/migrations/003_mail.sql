-- the mail
ALTER TABLE "users"
  ADD COLUMN other int DEFAULT (1 + 2), ADD email varchar(50);
