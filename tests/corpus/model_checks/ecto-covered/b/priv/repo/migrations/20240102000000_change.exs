defmodule Shop.Repo.Migrations.Change do
  use Ecto.Migration

  def change do
    alter table("users") do
      add :email, :string, size: 40
    end

    create unique_index(:users, [:email])
  end
end
