ActiveRecord::Schema[7.1].define(version: 2024_01_01_000000) do
  create_table "orders", force: :cascade do |t|
    t.bigint "user_id"
    t.integer "total"
  end

  create_table "users", force: :cascade do |t|
    t.string "name", limit: 80
    t.boolean "is_active"
    t.string "email"
  end
end
