ActiveRecord::Schema[7.1].define(version: 1) do
  create_table "things", id: false do |t|
    t.bigint "id", null: false
  end
end
