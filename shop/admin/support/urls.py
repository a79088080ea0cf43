"""Where the page of a person is."""

from flask import url_for

from shop.admin.support.matches import Found
from shop.admin.support.person import Person


def of(person: Person | Found, about: str = "") -> str:
    """:param about: what it shows first, such as `order:K-1024`."""
    about = about or (person.about if isinstance(person, Found) else "")
    if person.user:
        return url_for("admin_support.person", id=person.user.id, about=about or None)
    return url_for("admin_support.guest", number=person.number, about=about or None)
