class Next < ActiveRecord::Migration[7.1]
  def up
    change_column :users, :name, :string, limit: 120
  end

  def down
    change_column :users, :name, :string, limit: 80
  end
end
