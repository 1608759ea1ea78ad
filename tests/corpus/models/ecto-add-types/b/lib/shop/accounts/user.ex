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
    field :a, :integer
    field :b, :float
    field :c, :decimal
    field :d, :date
    field :e, :time
    field :f, :naive_datetime
    field :g, :utc_datetime_usec
    field :h, :map
    field :i, {:map, :string}
    field :j, {:array, :integer}
    field :k, Ecto.UUID
    field :l, :binary
    field :m, :binary_id
    field :n, :id
    field(:o, Ecto.Enum, values: [low: 1, high: 2])
    field :p
    has_many :posts, Shop.Blog.Post

    timestamps()
  end

  def changeset(user, attrs) do
    user
    |> cast(attrs, [:email])
    |> validate_required([:email])
  end
end
