ActiveRecord::Schema.define(version: 2020_01_01_000000) do
  create_table :people do |t|
    t.string :name, limit: 80
    t.text :about, default: ""
    t.integer :age
    t.boolean :active, default: true
    t.decimal :balance, precision: 10, scale: 2, default: "0.0", null: false
    t.timestamps
    t.index :name
  end

  create_table :companies, id: :uuid do |t|
    t.string :title, null: false
    t.jsonb :settings, default: {}
    t.jsonb :rows, default: []
    t.date :founded
    t.string :tags, array: true, default: []
  end

  create_table :addresses, id: :serial do |t|
    t.references :person, foreign_key: true
    t.uuid :company_id
    t.string :city
    t.inet :seen_from
    t.index %i[city person_id], unique: true, name: "one_city"
  end

  create_table :categories do |t|
    t.string :label
  end

  create_table :gone do |t|
    t.string :x
  end
end
