"""The PDF prints every European name, goes on to further pages, and is small."""

from pathlib import Path

import pytest

from shop.billing.invoices import paper, pdf
from shop.billing.invoices.models import Invoice
from shop.billing.invoices.paper import Paper, PaperLine
from tests.billing.invoices.test_mirror import invoices
from tests.browser import Browser
from tests.orders.test_invoicing import paid_order, refund

LINE = PaperLine("Łódź, Ελλάδα, Straße, Київ", "ščř / ğış", "2", "€19.00", "19 %", "€38.00")


def make_paper(lines: int = 1, what: str = "Łukasz Żółć") -> Paper:
    return Paper(
        kind="Invoice",
        number="2026-000001",
        pill=("Paid", "good"),
        seller=["Keystall", "Łódź"],
        buyer=[what],
        facts=[("Date", "21 Nov 2026")],
        lines=[LINE] * lines,
        rows=[("Net", "€31.93"), ("Tax included (19 %)", "€6.07")],
        total=("Total", "€38.00"),
        notes=["Zażółć gęślą jaźń ₴ ₺ …"],
    )


def pages(document: bytes) -> int:
    return document.count(b"/Type /Page\n")


def test_no_letter_is_missing(caplog: pytest.LogCaptureFixture) -> None:
    document = pdf.render(make_paper())
    assert document.startswith(b"%PDF-")
    assert pages(document) == 1
    assert "missing" not in caplog.text


def test_a_missing_letter_would_be_noticed(caplog: pytest.LogCaptureFixture) -> None:
    pdf.render(make_paper(what="漢"))
    assert "missing" in caplog.text


@pytest.mark.parametrize(("lines", "expected"), [(20, 2), (100, 6)])
def test_many_lines_go_on_to_further_pages(lines: int, expected: int) -> None:
    document = pdf.render(make_paper(lines))
    assert pages(document) == expected
    assert len(document) < 200_000


def test_the_fonts_are_free_and_small() -> None:
    files = list(pdf.FONTS.glob("*.ttf"))
    assert len(files) == 2
    assert sum(file.stat().st_size for file in files) < 1_000_000
    assert "Bitstream" in Path(pdf.FONTS / "LICENSE.txt").read_text()


def test_a_guest_downloads_both_papers(client: Browser) -> None:
    order, payment = paid_order()
    refund(payment, 100)
    [invoice] = invoices()
    note = invoice.credit_notes[0]
    url = f"/orders/{order.token}/invoice"
    for path, name in (
        (f"{url}/pdf", f"invoice-{invoice.number}.pdf"),
        (f"{url}/credit-notes/{note.token}/pdf", f"credit-note-{note.number}.pdf"),
    ):
        answer = client.get(path)
        assert answer.headers["Content-Type"] == "application/pdf"
        assert name.lower() in answer.headers["Content-Disposition"].lower()
        assert answer.data.startswith(b"%PDF-")


def test_taxes_are_told_by_rate() -> None:
    lines = [
        {"description": "A", "quantity": 1, "amount": 1190, "tax_rate": 1900, "tax": 190},
        {"description": "B", "quantity": 1, "amount": 107, "tax_rate": 700, "tax": 7},
    ]
    mixed = Invoice(currency="EUR", tax=197, subtotal=1297, total=1297, lines=lines)
    assert paper._rows(mixed, included=True) == [
        ("Net", "€11.00"),
        ("Tax included (7 %)", "€0.07"),
        ("Tax included (19 %)", "€1.90"),
    ]
