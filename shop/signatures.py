"""Signed cookies. Who signs and checks them is made once, and so are the keys.

itsdangerous does it again for every cookie that comes: it cost a thirtieth of a small page.
"""

from functools import cache
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import TimestampSigner, URLSafeTimedSerializer


def init_app(app: Flask) -> None:
    app.session_interface = _SessionCookies()


@cache
def seal(secret_key: str, salt: str) -> URLSafeTimedSerializer:
    """:param salt: what is signed, so that no cookie passes for another."""
    return _Seal(secret_key, salt=salt)


class _Signer(TimestampSigner):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._derived: dict[object, bytes] = {}

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        if secret_key not in self._derived:
            self._derived[secret_key] = super().derive_key(secret_key)
        return self._derived[secret_key]


class _Seal(URLSafeTimedSerializer):
    default_signer = _Signer

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._signers: dict[object, Any] = {}

    def make_signer(self, salt: str | bytes | None = None) -> Any:
        salt = self.salt if salt is None else salt
        if salt not in self._signers:
            self._signers[salt] = super().make_signer(salt)
        return self._signers[salt]


class _SessionCookies(SecureCookieSessionInterface):
    """Flask's own, with its parameters."""

    def __init__(self) -> None:
        self._seal: _Seal | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._seal is None and (usual := super().get_signing_serializer(app)):
            self._seal = _Seal(
                usual.secret_keys,
                salt=usual.salt,
                serializer=usual.serializer,
                signer_kwargs=usual.signer_kwargs,
            )
        return self._seal
