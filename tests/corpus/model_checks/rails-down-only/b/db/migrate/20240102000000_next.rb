class Next < ActiveRecord::Migration[7.1]
  def up
    execute "SELECT 1"
  end

  def down
    add_column :users, :email, :string
  end
end
