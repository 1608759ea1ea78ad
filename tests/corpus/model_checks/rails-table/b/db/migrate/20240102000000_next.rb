class Next < ActiveRecord::Migration[7.1]
  def change
    create_table(:tags) { |t| t.string :name }
  end
end
