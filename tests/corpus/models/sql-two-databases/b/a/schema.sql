CREATE TABLE users (id int, x text);
