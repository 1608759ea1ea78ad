defmodule Shop.Repo.Migrations.Change do
  use Ecto.Migration

  def change do
    alter table(:users) do
      modify :name, :integer, from: :string
    end
  end
end
