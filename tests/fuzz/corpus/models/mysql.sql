# MySQL's own
/*!40101 SET NAMES utf8mb4 */;
CREATE TABLE `t` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'it\'s',
  `d` decimal(5,2) DEFAULT -0.5, `b` bit(1) DEFAULT b'0',
  `e` enum('a','b''c') CHARACTER SET ascii NOT NULL DEFAULT 'a' CHECK (`e` <> ''),
  `g` varchar(9) GENERATED ALWAYS AS (concat(`e`,'x')) STORED REFERENCES `u` (`id`) ON DELETE SET NULL,
  `at` datetime(6) DEFAULT now(6) ON UPDATE current_timestamp(6),
  PRIMARY KEY (`id`), UNIQUE KEY (`e`(3) DESC, (lower(`g`))), FULLTEXT KEY `f` (`g`) /*!50100 WITH PARSER ngram */,
  CONSTRAINT `c` FOREIGN KEY (`id`) REFERENCES `s`.`t` (`id`) ON UPDATE CASCADE
) ENGINE=InnoDB;
DELIMITER $$
CREATE PROCEDURE p() BEGIN SELECT 1; END$$
DELIMITER ;
ALTER TABLE `t` ADD (`x` int, `y` int), CHANGE `x` `z` bigint, DROP KEY `f`, RENAME KEY `c` TO `d`, ALTER `y` SET DEFAULT 1, RENAME TO `v`;
CREATE UNIQUE INDEX `i` USING HASH ON `v` (`z`) WHERE `y` > 1; DROP INDEX `i` ON `v`;
CREATE TABLE `w` LIKE `v`; RENAME TABLE `w` TO `x`, `x` TO `w`; DROP TABLE `v`, `w`;
