defmodule Shop.Repo.Migrations.Change do
  use Ecto.Migration

  def up do
    execute """
    ALTER TABLE users ADD COLUMN email varchar(40)
    """
  end
end
