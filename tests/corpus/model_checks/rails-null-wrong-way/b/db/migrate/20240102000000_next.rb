class Next < ActiveRecord::Migration[7.1]
  def change
    change_column_null :users, :is_active, true
  end
end
