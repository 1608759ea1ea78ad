CREATE TABLE users (id int PRIMARY KEY, boss int REFERENCES users);
