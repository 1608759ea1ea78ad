CREATE TABLE teams (id int PRIMARY KEY, lead int REFERENCES users);
