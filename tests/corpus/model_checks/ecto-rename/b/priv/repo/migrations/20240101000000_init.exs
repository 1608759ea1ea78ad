defmodule Shop.Repo.Migrations.Init do
  use Ecto.Migration

  def change do
    create table(:users) do
      add :name, :string, null: false
      timestamps()
    end
  end
end
