from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base, utcnow


class Reconciliation(Base):
    """One comparison with Stripe, and what it found."""

    __tablename__ = "reconciliations"

    since: Mapped[datetime]
    """How far back Stripe was asked."""
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    finished_at: Mapped[datetime | None]
    events: Mapped[int] = mapped_column(default=0)
    """Stripe events that had never reached us."""
    compared: Mapped[int] = mapped_column(default=0)
    differences: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """Each with kind, id, what it was here, what it is at Stripe, and whether that was repaired."""
