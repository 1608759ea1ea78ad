 << Dir[Rails.root.join("engines/*/db/migrate")] + %w[a b].map { |x| x } unless app.root.to_s.match root.to_s
config.paths["db/migrate"].expanded.each do |path|
  app.config.paths["db/migrate"] << path
end
File.expand_path("../../x", __FILE__) / "#{root}/y"
