"""A one-page PDF of lines of text, written by hand: no library is worth it for this."""

from collections.abc import Iterable
from dataclasses import dataclass

WIDTH, HEIGHT, MARGIN = 595, 842, 56  # A4 in points
# Widths of Helvetica in thousandths of its size; enough to align amounts at the right.
WIDTHS = {" ": 278, ",": 278, ".": 278, "-": 333, "\u00a0": 278}


@dataclass(frozen=True)
class Text:
    x: float
    y: float
    """From the top of the page."""
    text: str
    size: float = 10
    is_bold: bool = False
    ends_at_x: bool = False


def document(title: str, texts: Iterable[Text]) -> bytes:
    content = b"\n".join(_show(text) for text in texts)
    return _file(
        [
            b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 6 0 R "
            b"/Resources << /Font << /F1 4 0 R /F2 5 0 R >> >> >>" % (WIDTH, HEIGHT),
            _font(b"Helvetica"),
            _font(b"Helvetica-Bold"),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
            b"<< /Title (%s) /Producer (Stripe sandbox) >>" % _escape(title),
        ]
    )


def _font(name: bytes) -> bytes:
    return b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>" % name


def _show(text: Text) -> bytes:
    x = text.x - _width(text) if text.ends_at_x else text.x
    place = f"BT /F{2 if text.is_bold else 1} {text.size} Tf {x:.1f} {HEIGHT - text.y:.1f} Td"
    return b"%s (%s) Tj ET" % (place.encode(), _escape(text.text))


def _width(text: Text) -> float:
    return sum(WIDTHS.get(letter, 556) for letter in text.text) * text.size / 1000


def _escape(text: str) -> bytes:
    encoded = text.encode("cp1252", "replace")
    for letter in (b"\\", b"(", b")"):
        encoded = encoded.replace(letter, b"\\" + letter)
    return encoded


def _file(objects: list[bytes]) -> bytes:
    """Numbered objects, the table of where each begins, and the trailer."""
    whole = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(objects) + 1, len(whole)
    whole += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    whole += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (size, len(objects))
    whole += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(whole)
