defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [app: :shop, version: "0.3.0", elixir: "~> 1.15", deps: deps()]
  end

  def application, do: [mod: {Shop.Application, []}, extra_applications: [:logger]]

  defp deps do
    [{:phoenix, "~> 1.7"}, {:ecto_sql, "~> 3.10"}, {:postgrex, ">= 0.0.0"}]
  end
end
