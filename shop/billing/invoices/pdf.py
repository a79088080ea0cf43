"""A paper as a PDF, A4. Imported when one is asked for: the library takes a second to load."""

from pathlib import Path
from typing import Literal

from fpdf import FPDF
from fpdf.enums import XPos, YPos

from shop.billing.invoices.paper import Paper, PaperLine

Style = Literal["", "B"]

FONTS = Path(__file__).parent / "fonts"
MARGIN, BOTTOM = 20, 22  # mm
INK, PALE, RULE = (23, 32, 46), (90, 100, 115), (200, 206, 212)
COLUMNS = (82, 16, 26, 18, 28)
"""What, quantity, price, tax, amount: 170 mm."""


class Sheet(FPDF):  # type: ignore[misc, unused-ignore]
    """With the paper's name and the page's number at the foot of every page."""

    def __init__(self, paper: Paper) -> None:
        super().__init__(format="A4")
        self.paper = paper
        for style, file in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            self.add_font("DejaVu", style, FONTS / file)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=BOTTOM)
        self.set_title(paper.title)
        self.set_author(paper.seller[0])
        self.set_lang("en")
        self.set_draw_color(*RULE)

    def footer(self) -> None:
        self.set_y(-15)
        self.write_in(8, pale=True)
        self.cell(0, 5, self.paper.title)
        self.set_x(MARGIN)
        self.cell(0, 5, f"Page {self.page_no()} of {{nb}}", align="R")

    def write_in(self, size: float, style: Style = "", *, pale: bool = False) -> None:
        self.set_font("DejaVu", style, size)
        self.set_text_color(*(PALE if pale else INK))

    def say(self, width: float, height: float, text: str, align: str = "L") -> None:
        """On as many lines as it takes, and go on below."""
        self.multi_cell(width, height, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def render(paper: Paper) -> bytes:
    sheet = Sheet(paper)
    sheet.add_page()
    _head(sheet, paper)
    _parties(sheet, paper)
    _table(sheet, paper)
    _totals(sheet, paper)
    for note in paper.notes:
        sheet.ln(2)
        sheet.write_in(8.5, pale=True)
        sheet.say(0, 4.5, note)
    return bytes(sheet.output())


def _head(sheet: Sheet, paper: Paper) -> None:
    sheet.write_in(20, "B")
    sheet.say(0, 10, paper.title)
    sheet.write_in(10, "B")
    sheet.say(0, 6, paper.pill[0])
    sheet.ln(6)


def _parties(sheet: Sheet, paper: Paper) -> None:
    top, lowest = sheet.get_y(), 0.0
    facts = [f"{label}: {value}" for label, value in paper.facts]
    for n, (heading, lines) in enumerate(
        (("From", paper.seller), ("To", paper.buyer), ("Details", facts))
    ):
        sheet.set_y(top)
        sheet.set_left_margin(MARGIN + n * 58)
        sheet.set_x(MARGIN + n * 58)
        sheet.write_in(8, pale=True)
        sheet.say(54, 5, heading)
        sheet.write_in(9)
        for line in lines:
            sheet.say(54, 4.8, line)
        lowest = max(lowest, sheet.get_y())
    sheet.set_left_margin(MARGIN)
    sheet.set_y(lowest + 8)


def _table(sheet: Sheet, paper: Paper) -> None:
    _heading(sheet)
    for line in paper.lines:
        if sheet.get_y() > sheet.h - BOTTOM - 16:
            sheet.add_page()
            _heading(sheet)
        _line(sheet, line)


def _line(sheet: Sheet, line: PaperLine) -> None:
    top = sheet.get_y() + 1.5
    sheet.set_y(top)
    sheet.write_in(9)
    sheet.say(COLUMNS[0] - 2, 4.8, line.what)
    if line.note:
        sheet.write_in(8, pale=True)
        sheet.say(COLUMNS[0] - 2, 4.2, line.note)
    bottom, page = sheet.get_y(), sheet.page
    if bottom < top:  # it went on to the next page
        top = sheet.t_margin
    sheet.set_y(top)
    sheet.page = page
    sheet.write_in(9)
    _cells(sheet, ("", line.quantity, line.unit, line.tax, line.amount), 4.8)
    sheet.set_y(max(bottom, top + 4.8) + 1.5)
    _rule(sheet)


def _heading(sheet: Sheet) -> None:
    sheet.write_in(8, pale=True)
    _cells(sheet, ("Description", "Qty", "Price", "Tax", "Amount"), 6)
    sheet.ln(6)
    _rule(sheet)


def _cells(sheet: Sheet, texts: tuple[str, ...], height: float) -> None:
    for n, (text, width) in enumerate(zip(texts, COLUMNS, strict=True)):
        sheet.cell(width, height, text, align="L" if n == 0 else "R")


def _rule(sheet: Sheet) -> None:
    sheet.line(MARGIN, sheet.get_y(), sheet.w - MARGIN, sheet.get_y())


def _totals(sheet: Sheet, paper: Paper) -> None:
    if sheet.get_y() > sheet.h - BOTTOM - 8 * (len(paper.rows) + 2):
        sheet.add_page()
    sheet.ln(3)
    for label, value in paper.rows:
        sheet.write_in(9)
        _sum(sheet, label, value, 5.5)
    sheet.write_in(11, "B")
    _sum(sheet, *paper.total, 8)
    sheet.ln(4)


def _sum(sheet: Sheet, label: str, value: str, height: float) -> None:
    sheet.set_x(MARGIN + 80)
    sheet.cell(55, height, label)
    sheet.cell(35, height, value, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
