defmodule Shop.Sales.Cart do
  use Ecto.Schema

  @primary_key {:id, :binary_id, autogenerate: true}
  @foreign_key_type :binary_id

  schema "carts" do
    field :status, Ecto.Enum, values: [:open, :ordered], default: :open
    belongs_to :user, Shop.Accounts.User

    timestamps(type: :utc_datetime)
  end
end
