from shop.cart.counting import init_app

__all__ = ["init_app"]
