"""What a phone's camera reads to take over the secret."""

import pyotp
import segno
from markupsafe import Markup


def draw(secret: str, email: str, shop_name: str) -> Markup:
    """The QR code as inline SVG: always dark on white, cameras need that."""
    address = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=shop_name)
    svg = segno.make(address, error="m", micro=False).svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    return Markup(svg)  # noqa: S704  drawn by the library from dots alone


def in_fours(secret: str) -> str:
    """To be typed where no camera is."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
