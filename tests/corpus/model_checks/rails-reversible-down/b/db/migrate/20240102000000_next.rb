class Next < ActiveRecord::Migration[7.1]
  def change
    reversible do |dir|
      dir.down do
        add_column :users, :email, :string
      end
    end
  end
end
