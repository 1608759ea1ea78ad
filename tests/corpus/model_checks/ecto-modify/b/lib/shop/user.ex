defmodule Shop.User do
  use Ecto.Schema

  schema "users" do
    field :name, :integer
    timestamps()
  end
end
