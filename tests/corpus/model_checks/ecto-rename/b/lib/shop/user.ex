defmodule Shop.User do
  use Ecto.Schema

  schema "users" do
    field :title, :string
    timestamps()
  end
end
