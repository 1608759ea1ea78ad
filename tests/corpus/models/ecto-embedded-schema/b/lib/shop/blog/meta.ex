defmodule Shop.Blog.Meta do
  use Ecto.Schema

  @primary_key false
  embedded_schema do
    field :name, :string
  end
end
