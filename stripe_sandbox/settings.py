from dataclasses import dataclass, field
from pathlib import Path

API_VERSION = "2026-10-28.endive"


@dataclass
class Settings:
    data: Path | None = None
    """Folder of the database; None keeps everything in memory."""
    public_url: str = ""
    """Where browsers reach the sandbox; hosted pages live below it. Set when the server starts."""
    settle_after: float | None = None
    """Seconds until a delayed payment or refund ends by itself; None waits for the control API."""
    retry_delays: tuple[float, ...] = (0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, *[20.0] * 20)
    """Seconds before each further try of a webhook that got no 2xx."""
    webhook_timeout: float = 10
    webhook_workers: int = 1
    webhooks: list[tuple[str, str]] = field(default_factory=list)
    """(url, secret) of endpoints that exist from the start."""
