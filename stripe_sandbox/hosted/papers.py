"""Invoices and credit notes as PDF."""

from collections.abc import Iterator
from datetime import UTC, datetime

from stripe_sandbox.errors import Json
from stripe_sandbox.hosted import pdf
from stripe_sandbox.hosted.money import money
from stripe_sandbox.hosted.pdf import Text

LEFT, RIGHT = pdf.MARGIN, pdf.WIDTH - pdf.MARGIN
MOST_LINES = 24  # as many as the page has room for
LONGEST = 72  # letters of a description


def day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%B %-d, %Y")


def invoice(value: Json, lines: list[Json]) -> bytes:
    sums = [("Subtotal", value["subtotal"])]
    sums += [("Discount", -discount["amount"]) for discount in value["total_discount_amounts"]]
    sums.append(("Total", value["total"]))
    if value["ending_balance"] is not None and value["starting_balance"] != value["ending_balance"]:
        applied = value["starting_balance"] - value["ending_balance"]
        sums.append(("Applied balance", applied))
    sums += [("Amount due", value["amount_due"]), ("Amount paid", value["amount_paid"])]
    heading = ("Invoice", value["number"] or "Draft", value["effective_at"] or value["created"])
    return _paper(heading, _recipient(value), value["currency"], (lines, sums))


def credit_note(value: Json, credited: Json) -> bytes:
    sums = [("Discount", -value["discount_amount"])] if value["discount_amount"] else []
    sums.append(("Total credit", value["total"]))
    heading = ("Credit note", value["number"], value["effective_at"] or value["created"])
    body = (value["lines"]["data"], sums)
    return _paper(heading, _recipient(credited), value["currency"], body)


def _recipient(value: Json) -> list[str]:
    address = value["customer_address"] or {}
    place = " ".join(filter(None, (address.get("postal_code"), address.get("city"))))
    rows = (
        value["customer_name"],
        value["customer_email"],
        address.get("line1"),
        place,
        address.get("country"),
    )
    return [row for row in rows if row]


def _paper(
    heading: tuple[str, str, int],
    recipient: list[str],
    currency: str,
    body: tuple[list[Json], list[tuple[str, int]]],
) -> bytes:
    kind, number, date = heading
    lines, sums = body
    texts = [
        Text(LEFT, 80, kind, 22, is_bold=True),
        Text(LEFT, 104, f"Number {number}"),
        Text(LEFT, 120, f"Date {day(date)}"),
        *(Text(LEFT, 156 + 14 * row, text) for row, text in enumerate(recipient)),
        *_table(lines, sums, currency),
        Text(LEFT, 800, "Made by the Stripe sandbox. No money has moved.", 8),
    ]
    return pdf.document(f"{kind} {number}", texts)


def _table(lines: list[Json], sums: list[tuple[str, int]], currency: str) -> Iterator[Text]:
    y = 250.0
    yield Text(LEFT, y, "Description", is_bold=True)
    yield Text(RIGHT, y, "Amount", is_bold=True, ends_at_x=True)
    for line in lines[:MOST_LINES]:
        y += 18
        yield Text(LEFT, y, (line["description"] or "")[:LONGEST])
        yield Text(RIGHT, y, money(line["amount"], currency), ends_at_x=True)
    if len(lines) > MOST_LINES:
        y += 18
        yield Text(LEFT, y, f"and {len(lines) - MOST_LINES} more lines")
    y += 12
    for label, amount in sums:
        y += 18
        yield Text(RIGHT - 180, y, label, is_bold=True)
        yield Text(RIGHT, y, money(amount, currency), ends_at_x=True)
