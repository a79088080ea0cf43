"""The shop's Ed25519 key, by which a program knows that an answer or a file is ours.

What is signed begins with a line that says what it is, so that nothing can pass for another thing.
"""

import os
import secrets
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app

from shop.config import BadSettings, Settings
from shop.errors import Unavailable

ANSWER = b"keystall license answer 1\n"
PROBLEM = b"keystall license problem 1\n"
FILE = b"keystall license file 1\n"
SIGNATURE = 64  # bytes


class Signer:
    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._private.public_key()

    @property
    def public_key(self) -> str:
        """The raw 32 bytes in base64, as it is built into a program."""
        return b64encode(self._public.public_bytes_raw()).decode()

    def sign(self, purpose: bytes, content: bytes) -> bytes:
        return self._private.sign(purpose + content)

    def is_ours(self, purpose: bytes, content: bytes, signature: bytes) -> bool:
        try:
            self._public.verify(signature, purpose + content)
        except InvalidSignature:
            return False
        return True


class NoSigner(Unavailable):
    """The key of the data folder cannot be used. As text it says why; visitors are not told."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


def connect(settings: Settings) -> Signer:
    """With the key of the settings, or the one in the data folder, made at first use.

    :raises BadSettings: for a key of the settings that is none.
    :raises NoSigner: for one of the folder that is none, or cannot be read or made.
    """
    given = settings.license_signing_key.get_secret_value()
    if not given:
        return _kept(settings.data_dir / "license-signing.key")
    try:
        return Signer(_decoded(given))
    except ValueError:
        raise BadSettings(
            "SHOP_LICENSE_SIGNING_KEY must be 32 bytes in base64, for example from "
            '`python -c "import base64, os; print(base64.b64encode(os.urandom(32)).decode())"`'
        ) from None


def current() -> Signer:
    """Connected when it is first needed: a shop without licenses keeps no key.

    :raises NoSigner: at each question until somebody has put the file in order.
    """
    if "license_signer" not in current_app.extensions:
        current_app.extensions["license_signer"] = connect(current_app.extensions["settings"])
    signer: Signer = current_app.extensions["license_signer"]
    return signer


def _decoded(text: str) -> bytes:
    return b64decode(text.strip(), validate=True)


def _kept(path: Path) -> Signer:
    try:
        if not path.exists():
            _make(path)
        return Signer(_decoded(path.read_text()))
    except OSError as error:
        raise NoSigner(f"{path}: {error.strerror}") from error
    except ValueError:
        raise NoSigner(f"{path} does not hold 32 bytes in base64") from None


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    draft.touch(mode=0o600)
    try:
        draft.write_bytes(b64encode(os.urandom(32)))
        _name(draft, path)
    finally:
        draft.unlink()


def _name(draft: Path, path: Path) -> None:
    """Of processes and threads that start together, the first one's key is everybody's."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    except OSError:  # SMB and exFAT have no links; who reads at this moment has to ask again
        with suppress(FileExistsError), open(path, "xb", opener=_for_us) as file:
            file.write(draft.read_bytes())


def _for_us(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
