defmodule Shop.Blog.Post do
  use Shop.Schema

  schema "posts" do
    field :title, :string
    belongs_to :editor, Shop.Accounts.User
    belongs_to :author, Shop.Accounts.User, type: :id

    timestamps()
  end
end
