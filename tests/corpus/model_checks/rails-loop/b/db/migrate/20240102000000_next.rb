class Next < ActiveRecord::Migration[7.1]
  COLUMNS = %i[email nick].freeze

  def change
    COLUMNS.each do |column|
      add_column :users, column, :string
    end
  end
end
