"""Who buys. Each visit of the demo brings new ones: the second has `.2` in every address."""

import secrets
from dataclasses import dataclass

from shop.accounts import people
from shop.accounts.models import User
from shop.db import commit, session, utcnow


@dataclass(frozen=True)
class Person:
    name: str
    line1: str
    postal_code: str
    city: str
    country: str
    region: str = ""

    def email(self, visit: int) -> str:
        first = self.name.lower().replace(" ", ".")
        return f"{first}.{visit}@example.com" if visit > 1 else f"{first}@example.com"

    @property
    def address(self) -> dict[str, str]:
        names = ("name", "line1", "postal_code", "city", "country", "region")
        return {name: getattr(self, name) for name in names}


INES = Person("Ines Moreau", "12 Rue des Carmes", "44000", "Nantes", "FR")
TOMAS = Person("Tomas Novak", "Vodní 8", "602 00", "Brno", "CZ")
JONAS = Person("Jonas Weber", "Lindenstraße 14", "10969", "Berlin", "DE")
CLARA = Person("Clara Rossi", "Via Garibaldi 3", "16124", "Genova", "IT", "GE")
OWEN = Person("Owen Hughes", "27 Castle Street", "CF10 1BS", "Cardiff", "GB")
MAYA = Person("Maya Brooks", "410 Pine Street", "97204", "Portland", "US", "OR")
LENA = Person("Lena Fischer", "Am Markt 5", "28195", "Bremen", "DE")
PAUL = Person("Paul Jansen", "Oudegracht 112", "3511 AX", "Utrecht", "NL")
SOFIA = Person("Sofia Lund", "Storgatan 9", "211 42", "Malmö", "SE")
EMIL = Person("Emil Gruber", "Neubaugasse 21", "1070", "Wien", "AT")
RUTH = Person("Ruth Keller", "Hafenweg 7", "20457", "Hamburg", "DE")


def next_visit() -> int:
    """The first number by which Ines, who always comes, has no account yet."""
    visit = 1
    while session.scalar(User.with_email(INES.email(visit))) is not None:
        visit += 1
    return visit


def register(person: Person, visit: int) -> str:
    """An account; the password is known to nobody else, and to nobody later."""
    password = secrets.token_urlsafe(16)
    user = people.register(person.email(visit), person.name, password)
    user.email_verified_at = utcnow()
    commit()
    return password
