class Next < ActiveRecord::Migration[7.1]
  def change
    change_table :users, bulk: true do |t|
      t.string :email
      t.timestamps
      t.index :email
    end
  end
end
