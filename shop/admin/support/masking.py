"""What of a person is shown to who may not see all of it."""


def email(text: str) -> str:
    """`m…@example.org`."""
    local, at, domain = text.rpartition("@")
    return f"{local[:1]}…{at}{domain}" if at else short(text)


def short(text: str) -> str:
    """The first letter of each word."""
    return " ".join(f"{word[:1]}…" for word in text.split())
