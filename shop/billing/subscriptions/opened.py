"""What a subscription opens: a key, files.

The packages that know stand above billing; each provides an answer, see `shop.app.provide`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from shop.billing.subscriptions.models import Subscription


@dataclass(frozen=True)
class Opened:
    license_key: str | None = None
    license_status: str | None = None
    machines: int = 0
    """How many use it now."""
    machine_limit: int | None = None
    keeps_versions: bool = False
    """Whether what was released before the end goes on working after it."""
    kept_version: str | None = None
    """Once it has ended: the newest one that does."""
    download_url: str | None = None


Provider = Callable[[Sequence[int]], dict[int, Opened]]
_providers: list[Provider] = []


def provide(provider: Provider) -> None:
    """:param provider: told the ids of subscriptions, answers by id."""
    if provider not in _providers:
        _providers.append(provider)


def by(subscriptions: Sequence[Subscription]) -> dict[int, Opened]:
    ids = [one.id for one in subscriptions]
    found = dict.fromkeys(ids, Opened())
    for provider in _providers if ids else ():
        for id, opened in provider(ids).items():
            told = {name: value for name, value in vars(opened).items() if value}
            found[id] = replace(found[id], **told)
    return found
