ActiveRecord::Schema.define(version: 2020_01_02_000000) do
  enable_extension "citext"

  create_table :categories, id: false do |t|
    t.bigint :id, primary_key: true
    t.citext :label
  end

  create_table :people do |t|
    t.string :name, limit: 120, null: false
    t.text :about
    t.bigint :age
    t.boolean :active, default: false, null: false
    t.decimal :balance, precision: 12, scale: 4, default: "1.5", null: false
    t.datetime :seen_at
    t.datetime :seen_at_exactly, precision: 6, default: -> { "now()" }
    t.time :wakes_at
    t.float :ratio
    t.integer :small, limit: 2
    t.binary :photo
    t.json :raw
    t.uuid :token, default: -> { "gen_random_uuid()" }
    t.bit :flags, limit: 8
    t.interval :span
    t.tsvector :words
    t.int4range :years
    t.integer :scores, array: true, default: [1, 2]
    t.references :category, foreign_key: true
    t.belongs_to :owner, polymorphic: true
    t.timestamps
    t.index :name, unique: true
    t.index "lower((name)::text)", name: "people_lower"
    t.index :words, using: :gin
    t.check_constraint "age > 0", name: "grown"
  end

  create_table :companies, id: :uuid do |t|
    t.string :title, null: false, default: "it's new"
    t.jsonb :settings, default: {}, null: false
    t.jsonb :rows, default: {}
    t.date :founded
    t.string :tags, array: true, default: []
  end

  create_table :addresses, id: :bigint do |t|
    t.references :person, foreign_key: { on_delete: :cascade }, null: false
    t.uuid :company_id
    t.string :city
    t.cidr :seen_from
    t.index %i[city person_id], name: "one_city", where: "city IS NOT NULL"
  end
  add_foreign_key :addresses, :companies

  create_table :fresh, primary_key: "code", id: :string do |t|
    t.bigint :n
  end
end
