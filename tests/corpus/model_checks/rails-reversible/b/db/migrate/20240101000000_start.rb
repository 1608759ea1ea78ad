class Start < ActiveRecord::Migration[7.1]
  def change
    create_table :users do |t|
      t.string :name, limit: 80
      t.boolean :is_active
    end
    create_table :orders do |t|
      t.references :user, index: false
      t.integer :total
    end
  end
end
