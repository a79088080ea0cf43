from typing import Any

from stripe_sandbox.errors import NotBuilt

# Read elsewhere, or without an effect that a caller could notice.
HARMLESS = {"client_secret", "expand", "mandate_data"}
WITHOUT_EFFECT: tuple[Any, ...] = ("", [], {}, {"enabled": False})


def refuse_others(given: dict[str, Any], built: set[str], place: str) -> None:
    """The same for a hash inside the parameters: raises NotBuilt for keys that are not built."""
    for name, value in given.items():
        if name not in built and value not in (*WITHOUT_EFFECT, False):
            raise NotBuilt(f"The sandbox has not built {name} here.", param=f"{place}[{name}]")


class Params(dict[str, Any]):
    """Parameters that know which of them were looked at.

    One that no handler looks at would silently do nothing, and teach a caller that it worked.
    """

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values)
        self._seen: set[object] = set()

    def __getitem__(self, name: str) -> Any:
        self._seen.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._seen.add(name)
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._seen.add(name)
        return super().get(name, default)

    def refuse_unread(self) -> None:
        """Raises NotBuilt for a parameter that nobody looked at."""
        for name, value in self.items():
            if name not in self._seen | HARMLESS and value not in WITHOUT_EFFECT:
                raise NotBuilt(f"The sandbox has not built the parameter {name} here.", param=name)
