defmodule Shop.User do
  use Ecto.Schema

  schema "users" do
    timestamps()
  end
end
