class Next < ActiveRecord::Migration[7.1]
  disable_ddl_transaction!

  def change
    add_index :orders, %i[user_id total], algorithm: :concurrently
  end
end
