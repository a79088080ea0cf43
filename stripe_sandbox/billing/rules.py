"""What a Stripe account sets for its billing in the dashboard."""

from dataclasses import asdict, dataclass
from typing import Literal

from stripe_sandbox.errors import Json

FinalAction = Literal["cancel", "unpaid", "past_due"]


@dataclass
class Rules:
    finalize_after: int = 3600
    """Seconds that an automatic invoice stays a draft; 0 finalizes it at once."""
    retry_days: tuple[float, ...] = (3, 5, 7)
    """Days before each further try to collect an invoice."""
    final_action: FinalAction = "cancel"
    """What becomes of a subscription when the last try has failed."""
    upcoming_days: float = 7
    """Days before a renewal at which `invoice.upcoming` tells of it."""

    def as_json(self) -> Json:
        return asdict(self)
