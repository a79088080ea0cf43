from shop.accounts.sessions import init_app

__all__ = ["init_app"]
