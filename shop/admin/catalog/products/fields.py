"""Fields of the product's form that no other form has."""

from collections.abc import Iterator
from typing import Any

from babel import Locale
from wtforms import BooleanField, Field, Form, HiddenField, SelectMultipleField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget, TextArea

from shop.search import categories


class OptionsField(Field):
    """Names and values, one pair a line: `Size: M`."""

    widget: Any = TextArea()
    data: dict[str, str]

    def process_formdata(self, values: list[str]) -> None:
        self.data = {}
        for line in filter(None, map(str.strip, (values[0] if values else "").splitlines())):
            name, mark, value = (part.strip() for part in line.partition(":"))
            if not (name and mark and value):
                raise ValueError("Write one option a line, such as Size: M.")
            if name in self.data:
                raise ValueError(f"{name} is there twice.")
            if len(name) > 60 or len(value) > 100:
                raise ValueError("At most 60 letters for a name and 100 for a value.")
            self.data[name] = value

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(f"{name}: {value}" for name, value in (self.data or {}).items())


class RowIdField(HiddenField):
    """Which row of the product this part of the form is about; None for a new one."""

    data: Any

    def process_formdata(self, values: list[str]) -> None:
        text = values[0] if values else ""
        self.data = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class CategoriesField(SelectMultipleField):
    """Boxes, in the order of the tree."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(label, coerce=int, choices=list(branches()), **kwargs)


def branches() -> Iterator[tuple[int, str]]:
    """All categories with those above them: `Home / Tea`."""
    known = categories.load()
    for branch in known.values():
        yield branch.id, " / ".join(known[slug].name for slug in branch.path)


class KnownCurrency:
    def __call__(self, _form: Form, field: Field) -> None:
        if field.data not in Locale("en").currencies:
            raise StopValidation("Three letters, such as EUR.")


class RemoveField(BooleanField):
    """Takes a row of the form away when it is saved."""
