from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base


class Preference(Base):
    """A setting that was chosen in the back office, or a legal text; without a value when it is
    left as it comes."""

    __tablename__ = "preferences"

    name: Mapped[str] = mapped_column(unique=True)
    value: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
