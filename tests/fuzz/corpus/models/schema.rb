# This file is auto-generated from the current state of the database.
# It's strongly recommended that you check this file into your version control system.

ActiveRecord::Schema[7.1].define(version: 2024_01_02_000000) do
  # These are extensions that must be enabled in order to support this database
  enable_extension "plpgsql"

  # Custom types defined in this database.
  create_enum "order_status", ["open", "paid"]

  create_table "orders", force: :cascade do |t|
    t.bigint "user_id", null: false
    t.enum "status", default: "open", null: false, enum_type: "order_status"
    t.decimal "total", precision: 10, scale: 2, default: "0.0", null: false
    t.text "tags", default: [], array: true
    t.datetime "placed_at", precision: nil
    t.string "note"
    t.datetime "created_at", null: false
    t.datetime "updated_at", null: false
    t.index ["user_id"], name: "index_orders_on_user_id"
  end

  create_table "users", id: :uuid, default: -> { "gen_random_uuid()" }, force: :cascade do |t|
    t.string "email", default: "", null: false
    t.string "name", limit: 80
    t.string "a"
    t.integer "b"
    t.integer "c", limit: 2
    t.integer "d", limit: 8
    t.float "e"
    t.decimal "f"
    t.datetime "g"
    t.timestamptz "h"
    t.time "i"
    t.date "j"
    t.binary "k"
    t.uuid "l"
    t.inet "m"
    t.citext "n"
    t.integer "o", array: true
    t.tsvector "p"
    t.interval "q"
    t.json "r"
    t.bit "s", limit: 8
    t.decimal "t", precision: 8
    t.column "u", "order_status"
    t.virtual "v", type: :string, as: "lower((name)::text)", stored: true
    t.boolean "is_active", default: true
    t.jsonb "settings", default: {}, null: false
    t.datetime "created_at", null: false
    t.index ["email"], name: "index_users_on_email", unique: true
  end

  add_foreign_key "orders", "users"
end
