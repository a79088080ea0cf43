"""An invoice or a credit note in words: what the page and the PDF both show."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from babel import Locale

from shop.billing.invoices import issuing
from shop.billing.invoices.models import CreditNote, Document, Invoice, InvoiceStatus, Source
from shop.money import show

PILLS = {
    InvoiceStatus.DRAFT: ("Draft", ""),
    InvoiceStatus.OPEN: ("To be paid", "warn"),
    InvoiceStatus.PAID: ("Paid", "good"),
    InvoiceStatus.VOID: ("Void", ""),
    InvoiceStatus.UNCOLLECTIBLE: ("Not paid", "bad"),
    InvoiceStatus.DELETED: ("Deleted", ""),
}


@dataclass(frozen=True)
class PaperLine:
    what: str
    note: str
    quantity: str
    unit: str
    tax: str
    amount: str


@dataclass(frozen=True)
class Paper:
    kind: str
    number: str
    pill: tuple[str, str]
    """Word and kind."""
    seller: list[str]
    buyer: list[str]
    facts: list[tuple[str, str]]
    lines: list[PaperLine]
    rows: list[tuple[str, str]]
    total: tuple[str, str]
    notes: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"{self.kind} {self.number}".strip()

    @property
    def has_taxes(self) -> bool:
        return any(line.tax for line in self.lines)


def status_pill(invoice: Invoice) -> tuple[str, str]:
    """Word and kind; money that went back counts more than that it was paid."""
    if invoice.status is InvoiceStatus.PAID and invoice.credited:
        return ("Credited" if invoice.credited >= invoice.total else "Partly credited"), "warn"
    return PILLS[invoice.status]


def of_invoice(invoice: Invoice) -> Paper:
    return Paper(
        kind="Invoice",
        number=invoice.number or "",
        pill=status_pill(invoice),
        seller=_seller(invoice),
        buyer=_buyer(invoice),
        facts=_invoice_facts(invoice),
        lines=_lines(invoice),
        rows=_rows(invoice, included=_includes_tax(invoice)),
        total=("Total", show(invoice.total, invoice.currency)),
        notes=_invoice_notes(invoice),
    )


def of_credit_note(note: CreditNote) -> Paper:
    invoice = note.invoice
    return Paper(
        kind="Credit note",
        number=note.number or "",
        pill=("Issued", "good") if note.is_valid else ("Void", ""),
        seller=_seller(note),
        buyer=_buyer(invoice),
        facts=[
            ("Date", _day(note.issued_at)),
            ("For invoice", f"{invoice.number} of {_day(invoice.issued_at)}"),
            *([("Order", invoice.reference)] if invoice.reference else []),
        ],
        lines=_lines(note),
        rows=_rows(note, included=_includes_tax(invoice)),
        total=("Credited", show(note.total, note.currency)),
        notes=[] if note.is_valid else ["This credit note is void: the refund did not go through."],
    )


def _includes_tax(invoice: Invoice) -> bool:
    """Stripe's subtotal contains the tax when it is not what the total has on top."""
    if invoice.source is Source.SHOP:
        return invoice.tax_included
    return invoice.tax > 0 and invoice.subtotal == invoice.total


def _seller(paper: Document) -> list[str]:
    known = paper.seller or issuing.seller()
    lines = [known["name"], *(part.strip() for part in known["address"].split(","))]
    if known["vat_id"]:
        lines.append(f"VAT id {known['vat_id']}")
    return [line for line in lines if line]


def _buyer(invoice: Invoice) -> list[str]:
    address = invoice.customer_address
    town = " ".join(filter(None, (address.get("postal_code"), address.get("city"))))
    lines = [
        invoice.customer_company,
        invoice.customer_name,
        address.get("line1", ""),
        address.get("line2", ""),
        town,
        address.get("region", ""),
        _country(address.get("country", "")),
        *(f"VAT id {id['value']}" for id in invoice.customer_tax_ids),
        invoice.customer_email,
    ]
    return [line for line in lines if line]


def _country(code: str) -> str:
    name: str = Locale("en").territories.get(code, code)
    return name


def _invoice_facts(invoice: Invoice) -> list[tuple[str, str]]:
    facts = [("Date", _day(invoice.issued_at))]
    if invoice.revised_at:
        facts.append(("Revised", _day(invoice.revised_at)))
    if invoice.reference:
        facts.append(("Order", invoice.reference))
    if invoice.paid_at:
        facts.append(("Paid", _day(invoice.paid_at)))
    elif invoice.due_at:
        facts.append(("Due", _day(invoice.due_at)))
    if invoice.source is Source.SHOP:
        facts.append(("Date of supply", _day(invoice.paid_at)))
    return facts


def _invoice_notes(invoice: Invoice) -> list[str]:
    notes = []
    if invoice.revised_at:
        before = invoice.revisions[-1].issued_at if invoice.revisions else invoice.issued_at
        notes.append(
            f"Revised on {_day(invoice.revised_at)}: the buyer's details were completed. This "
            f"replaces the version of {_day(before)} with the same number."
        )
    notes += [
        f"Credit note {note.number} of {_day(note.issued_at)} takes "
        f"{show(note.total, note.currency)} off this invoice."
        for note in invoice.credit_notes
        if note.is_valid
    ]
    return notes


def _lines(paper: Document) -> list[PaperLine]:
    return [
        PaperLine(
            what=line["description"],
            note=line.get("note") or _period(line),
            quantity=str(line["quantity"] or ""),
            unit=show(line["unit_amount"], paper.currency) if "unit_amount" in line else "",
            tax=_percent(line.get("tax_rate")),
            amount=show(line["amount"], paper.currency),
        )
        for line in paper.lines
    ]


def _rows(paper: Document, *, included: bool) -> list[tuple[str, str]]:
    """What lies between the lines and the total."""
    rows = [("Subtotal", paper.subtotal)] if not included else []
    off = paper.total - paper.subtotal - (0 if included else paper.tax)
    if off:
        rows.append(("Discounts", off))
    if included:
        rows.append(("Net", paper.total - paper.tax))
    rows += _taxes(paper, "Tax included" if included else "Tax")
    return [(label, show(amount, paper.currency)) for label, amount in rows]


def _taxes(paper: Document, word: str) -> list[tuple[str, int]]:
    """By rate, where the lines say so and it adds up."""
    rates: dict[int, int] = {}
    for line in paper.lines:
        if line.get("tax_rate") is not None:
            rates[line["tax_rate"]] = rates.get(line["tax_rate"], 0) + line.get("tax", 0)
    if len(rates) < 2 or sum(rates.values()) != paper.tax:
        only = f"{word} ({_percent(next(iter(rates)))})" if len(rates) == 1 else word
        return [(only if sum(rates.values()) == paper.tax else word, paper.tax)]
    return [(f"{word} ({_percent(rate)})", tax) for rate, tax in sorted(rates.items())]


def _percent(basis_points: int | None) -> str:
    return "" if basis_points is None else f"{basis_points / 100:g} %"


def _period(line: dict[str, Any]) -> str:
    start, end = line.get("period_start"), line.get("period_end")
    if not start or not end or start == end:
        return ""
    return " to ".join(_day(datetime.fromtimestamp(at, UTC)) for at in (start, end))


def _day(moment: datetime | None) -> str:
    return f"{moment:%-d %b %Y}" if moment else ""
