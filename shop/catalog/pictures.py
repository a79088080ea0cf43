"""Photographs as staff uploads them: decoded, bounded, and written anew, so that nothing hidden in
them reaches a visitor. Drawings (SVG) are refused: they can carry scripts.
"""

import secrets
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image as Picture
from PIL import ImageOps, UnidentifiedImageError

from shop.catalog.gallery import write
from shop.catalog.models import Image
from shop.errors import BadInput

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 1_600
QUALITY = 85
BOMBS = (Picture.DecompressionBombError, Picture.DecompressionBombWarning)
DAMAGED = (OSError, SyntaxError, ValueError, UnidentifiedImageError, *BOMBS)


class BadPicture(BadInput):
    title = "This picture cannot be taken"


def take(stream: BinaryIO, name: str, media: Path) -> Image:
    """The picture as a file in the media folder and a row that is not in the session yet.

    A row that is never saved leaves its file behind: nothing links to it.

    :param name: as it was uploaded, for the messages alone.
    :raises BadPicture: when it is too big, or none of the kinds that a browser shows.
    """
    content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise BadPicture(f"“{name}” is larger than {MOST_BYTES // 1024**2} MB.")
    picture = _decode(content, name)
    width, height = picture.size
    path = f"products/{secrets.token_hex(12)}.webp"
    write(media / path, _encode(picture))
    return Image(path=path, width=width, height=height)


def _decode(content: bytes, name: str) -> Picture.Image:
    """Upright and no larger than a page needs."""
    refusal = BadPicture(f"“{name}” is no JPEG, PNG, WebP or GIF picture.")
    try:
        with Picture.open(BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise BadPicture(f"“{name}” has more than {MOST_PIXELS // 10**6} million pixels.")
            upright = ImageOps.exif_transpose(picture)
            has_alpha = "A" in upright.getbands() or "transparency" in upright.info
            plain = upright.convert("RGBA" if has_alpha else "RGB")
    except DAMAGED as error:
        raise refusal from error
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return plain


def _encode(picture: Picture.Image) -> bytes:
    """With the pixels alone: no place, no camera, no thumbnail."""
    plain = Picture.new(picture.mode, picture.size)
    plain.paste(picture)
    file = BytesIO()
    plain.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()
