CREATE TABLE `teams` (
  `id` int unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(80) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
CREATE TABLE `users` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `team_id` int unsigned DEFAULT NULL,
  `email` varchar(255) NOT NULL,
  `age` smallint DEFAULT 0,
  `kind` enum('a','b') NOT NULL DEFAULT 'a',
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `users_email` (`email`),
  KEY `users_team` (`team_id`),
  KEY `users_kind_age` (`kind`,`age`),
  CONSTRAINT `users_team_fk` FOREIGN KEY (`team_id`) REFERENCES `teams` (`id`)
) ENGINE=InnoDB;
