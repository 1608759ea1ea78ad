defmodule Shop.Types.Color do
  use Ecto.Type

  def type, do: :integer

  def cast(value), do: {:ok, value}
end
