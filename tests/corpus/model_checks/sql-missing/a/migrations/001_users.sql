CREATE TABLE users (id int, is_active boolean);
