defmodule Shop.Blog.Post do
  use Shop.Schema

  @schema_prefix "blog"
  schema "posts" do
    field :title, :string
    belongs_to :author, Shop.Accounts.User, type: :id

    timestamps()
  end
end
