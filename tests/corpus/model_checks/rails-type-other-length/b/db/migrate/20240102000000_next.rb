class Next < ActiveRecord::Migration[7.1]
  def up
    change_column :users, :name, :string, limit: 100
  end
end
