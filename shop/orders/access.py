"""What a paid line lets its buyer do: a download, later a license key.

The packages that know stand above orders; each provides an answer, see `shop.app.provide`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from shop.orders.models import Order


@dataclass(frozen=True)
class LineAccess:
    download_url: str | None = None
    """The whole address of a page of ours that leads to the files, as long as the grant lives."""
    license_key: str | None = None


Provider = Callable[[Order], dict[int, LineAccess]]
_providers: list[Provider] = []


def provide(provider: Provider) -> None:
    if provider not in _providers:
        _providers.append(provider)


def of(order: Order) -> dict[int, LineAccess]:
    """By line id; lines that open nothing are left out."""
    found: dict[int, LineAccess] = {}
    for provider in _providers:
        for line_id, access in provider(order).items():
            known = found.get(line_id, LineAccess())
            found[line_id] = LineAccess(
                known.download_url or access.download_url, known.license_key or access.license_key
            )
    return found
