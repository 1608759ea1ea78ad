class Next < ActiveRecord::Migration[7.1]
  def up
    execute <<~SQL
      ALTER TABLE users
        ADD COLUMN email varchar;
    SQL
  end
end
