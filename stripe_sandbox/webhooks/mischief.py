"""How deliveries go wrong on demand."""

from dataclasses import asdict, dataclass, field

from stripe_sandbox.errors import Json


@dataclass
class Mischief:
    """Stripe promises neither order nor uniqueness; this makes it show."""

    hold: bool = False
    """Send nothing until released."""
    copies: int = 1
    """How often each event is sent."""
    delay: dict[str, float] = field(default_factory=dict)
    """Event type (or *) to seconds."""
    drop: list[str] = field(default_factory=list)
    """Event types that are never sent (* for all); they stay listed as undelivered."""
    shuffle: int | None = None
    """Seed: what is due is sent in a random order."""

    def delay_of(self, kind: str) -> float:
        return self.delay.get(kind, self.delay.get("*", 0))

    def drops(self, kind: str) -> bool:
        return kind in self.drop or "*" in self.drop

    def as_json(self) -> Json:
        return asdict(self)
