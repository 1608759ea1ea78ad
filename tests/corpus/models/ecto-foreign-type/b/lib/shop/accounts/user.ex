defmodule Shop.Accounts.User do
  use Ecto.Schema
  import Ecto.Changeset

  @roles [:admin, :member]

  schema "users" do
    field :email, :string
    field :is_active, :boolean, default: true
    field :role, Ecto.Enum, values: @roles
    field :password, :string, virtual: true
    belongs_to :team, Shop.Accounts.Team
    field :price, Acme.Ecto.Amount
    has_many :posts, Shop.Blog.Post

    timestamps()
  end

  def changeset(user, attrs) do
    user
    |> cast(attrs, [:email])
    |> validate_required([:email])
  end
end
