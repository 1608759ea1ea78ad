defmodule Shop.Repo.Migrations.Change do
  use Ecto.Migration

  def change do
    create_if_not_exists table(:tags, primary_key: false) do
      add :id, :uuid, primary_key: true
      add :name, :string
      timestamps()
    end
  end
end
