defmodule Shop.Repo.Migrations.Change do
  use Ecto.Migration

  def change do
    alter table(:users) do
      timestamps(type: :utc_datetime, default: fragment("now()"))
    end
  end
end
