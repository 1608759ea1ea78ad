# a comment; with a semicolon
-- another one; CREATE TABLE nothing (a int);
/*!40101 SET @saved = @@character_set_client */;
CREATE TABLE IF NOT EXISTS teams (
  id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY COMMENT 'it\'s; the key',
  name VARCHAR(80) NOT NULL UNIQUE,
  slug CHARACTER VARYING(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT "none",
  quota DECIMAL(10,2) UNSIGNED DEFAULT 0.50,
  rate FLOAT, rate2 FLOAT(7,4), rate3 DOUBLE, rate4 REAL, bits BIT(4) DEFAULT b'101',
  tiny TINYINT DEFAULT -1, flag BOOL NOT NULL DEFAULT FALSE, flag2 TINYINT(1) DEFAULT NULL, small SMALLINT(5) UNSIGNED ZEROFILL,
  mid MEDIUMINT, big BIGINT NOT NULL DEFAULT 0,
  created DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  seen TIMESTAMP NULL DEFAULT NULL, at TIME(3), d DATE DEFAULT '2024-01-01', y YEAR,
  body LONGTEXT, t1 TINYTEXT, b BLOB, b2 VARBINARY(16), b3 BINARY(16),
  doc JSON,
  kind ENUM('a','b''c','d') NOT NULL DEFAULT 'a', tags SET('x','y'),
  full_name VARCHAR(200) GENERATED ALWAYS AS (concat(`name`,' ',`body`)) VIRTUAL,
  total INT AS (big + 1) PERSISTENT,
  KEY (mid), INDEX by_slug USING BTREE (slug(10), name DESC), FULLTEXT KEY ft (body), UNIQUE (mid, tiny)
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COMMENT='teams; of users';
create table `users` (
  `id` bigint not null auto_increment,
  team_id int unsigned,
  manager_id bigint null,
  `email` varchar(255) not null,
  `key` varchar(10),
  age tinyint unsigned check (age > 17),
  primary key (`id`),
  unique key email_u (email),
  constraint fk_team foreign key (team_id) references teams (id) on delete set null on update cascade,
  foreign key (manager_id) references users (id)
);
ALTER TABLE users ADD COLUMN nick VARCHAR(30) NULL AFTER email, ADD KEY nick_idx (nick), MODIFY `key` VARCHAR(20) NOT NULL, CHANGE age years SMALLINT;
CREATE UNIQUE INDEX u2 ON users (team_id, nick(5));
CREATE TABLE old_t (a INT); DROP TABLE old_t;
CREATE TABLE mm (a INT NOT NULL, b INT NOT NULL, PRIMARY KEY (a, b));
RENAME TABLE mm TO mn;
ALTER TABLE mn RENAME COLUMN b TO bb;
ALTER TABLE mn ALTER a SET DEFAULT 5, ADD extra INT DEFAULT '7', ADD CONSTRAINT c1 CHECK (extra > 0), ADD (x INT, y INT NOT NULL);
CREATE INDEX by_x ON mn (x);
DROP INDEX by_x ON mn;
CREATE TABLE copy LIKE mn;
DELIMITER ;;
CREATE TRIGGER trg BEFORE INSERT ON mn FOR EACH ROW BEGIN SET NEW.x = 1; END;;
DELIMITER ;
INSERT INTO teams (name) VALUES ('it\'s; CREATE TABLE `evil` (a int)');

-- As packages write them: a name behind PRIMARY KEY, foreign keys that MyISAM reads and forgets, prefixes that are the whole of their column.
--------------------------------------------------------------------------------
CREATE TABLE `scans` (
  `id` int(11) NOT NULL auto_increment,
  `object_id` int(11) default NULL,
  `kind` enum("timed", "it's ""quick""", 'watched') NOT NULL,
  `flags` set("a","b") default NULL,
  `token` binary(8) NOT NULL default '',
  `salt` binary(4) NOT NULL default 'ab',
  `level` int NOT NULL default -1,
  PRIMARY KEY `id` (`id`),
  UNIQUE KEY `scans_object` (`object_id`),
  CONSTRAINT `scans_ibfk_1` FOREIGN KEY (`object_id`) REFERENCES `scans` (`id`) ON DELETE CASCADE
) ENGINE=MyISAM CHARSET=utf8;
CREATE TABLE prefixes (
  host varchar(191) NOT NULL,
  person varchar(191) NOT NULL,
  code char(10) NOT NULL,
  note text NOT NULL,
  PRIMARY KEY (host(191), person(20))
) ENGINE=InnoDB;
CREATE INDEX prefixes_person USING BTREE ON prefixes(person(191), host(40));
CREATE UNIQUE INDEX prefixes_code ON prefixes(code(10), note(32));
