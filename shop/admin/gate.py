"""The one gate before every page of the back office."""

from flask import request
from flask_login import current_user

from shop.accounts import access, audit
from shop.accounts.permissions import is_staff, may
from shop.admin import rights
from shop.errors import ShopError

PREFIX = "/admin"


class NotPermitted(ShopError):
    status = 403
    title = "This is not yours to do"
    message = "Your role does not include it. Ask an administrator; this try was noted."


class StaffOnly(ShopError):
    status = 403
    title = "This page is not yours to open"
    message = "The back office is for the people who run this shop."


def check() -> None:
    """:raises NotPermitted: when the role lacks what the route asks for; it is audited."""
    if not request.endpoint or not is_back_office(request.path):
        return
    access.demand()
    if not is_staff(current_user):
        raise StaffOnly
    access.demand_second_factor()
    demand(request.endpoint)


def demand(endpoint: str) -> None:
    """:raises NotPermitted: when who is signed in may not call this route; it is audited."""
    if not is_permitted(endpoint):
        audit.note_refusal(endpoint, f"page:{request.path}", method=request.method)
        raise NotPermitted


def is_back_office(path: str) -> bool:
    return path == PREFIX or path.startswith(PREFIX + "/")


def is_permitted(endpoint: str) -> bool:
    """Whether who is signed in may call this route of the back office."""
    permission = rights.needed(endpoint)
    return permission is not None and may(current_user, permission)
