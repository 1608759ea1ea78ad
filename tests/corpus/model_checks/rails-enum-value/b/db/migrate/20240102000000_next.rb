class Next < ActiveRecord::Migration[7.1]
  disable_ddl_transaction!

  def up
    add_enum_value :state, "off"
  end
end
