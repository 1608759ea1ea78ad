defmodule Shop.Accounts do
  @moduledoc "Who may log in."
  import Ecto.Query
  alias Shop.Accounts.User
  alias Shop.Repo

  def list_users, do: Repo.all(from u in User, order_by: u.email)

  def register(attrs) do
    %User{} |> User.changeset(attrs) |> Repo.insert()
  end
end
