"""Amounts for people."""

SYMBOLS = {"eur": "€", "usd": "$", "gbp": "£", "jpy": "¥"}
ZERO_DECIMAL = {
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv",
    "xaf", "xof", "xpf",
}  # fmt: skip
THREE_DECIMAL = {"bhd", "jod", "kwd", "omr", "tnd"}


def money(amount: int, currency: str) -> str:
    """1200, eur: €12.00"""
    digits = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    number = f"{abs(amount) / 10**digits:,.{digits}f}"
    symbol = SYMBOLS.get(currency, currency.upper() + "\u00a0")
    return f"{'-' if amount < 0 else ''}{symbol}{number}"
