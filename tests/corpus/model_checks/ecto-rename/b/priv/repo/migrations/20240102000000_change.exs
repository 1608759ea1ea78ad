defmodule Shop.Repo.Migrations.Change do
  use Ecto.Migration

  def change do
    rename table(:users), :name, to: :title
  end
end
