defmodule Shop.Repo.Migrations.Change do
  use Ecto.Migration

  def up do
    execute "SELECT 1"
  end

  def down do
    alter table(:users) do
      add :email, :string
    end
  end
end
