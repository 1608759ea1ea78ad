REGISTRY = registry.shop.example
NAMESPACE = prod
