class Next < ActiveRecord::Migration[7.1]
  def change
    reversible do |dir|
      dir.up { execute "ALTER TABLE users ADD COLUMN email varchar" }
      dir.down { remove_column :users, :email }
    end
  end
end
