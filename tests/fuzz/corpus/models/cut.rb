ActiveRecord::Schema[7.1].define do
 create_table "a" do |t|
 t.string :b, default: "#{x}"
 t.index [:b
