class Next < ActiveRecord::Migration[7.1]
  def change
    add_reference :orders, :shop
  end
end
