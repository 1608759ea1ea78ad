# usage: dump.rb URL FILE: loads the schema in FILE into the database, and writes ActiveRecord's own dump of it.
require "active_record"

ActiveRecord::Base.establish_connection(ARGV[0].sub(/\Apostgresql:/, "postgres:"))
ActiveRecord::Migration.verbose = false
load ARGV[1]
ActiveRecord::SchemaDumper.dump(ActiveRecord::Base.connection, $stdout)
