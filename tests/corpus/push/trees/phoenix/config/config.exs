import Config

config :shop, ecto_repos: [Shop.Repo], generators: [timestamp_type: :utc_datetime, binary_id: true]
