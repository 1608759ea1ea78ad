from shop.models.order import Order, OrderStatus
from shop.models.user import User

__all__ = ["Order", "OrderStatus", "User"]
