defmodule Shop.Repo.Migrations.Change do
  use Ecto.Migration

  def change do
    alter table(:users), do: remove(:name, :string)
  end
end
