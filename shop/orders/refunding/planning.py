"""What would go back: worked out and shown before anything happens."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shop import money
from shop.billing.models import NO_MONEY, Payment
from shop.errors import BadInput
from shop.orders.models import Order, OrderLine


@dataclass(frozen=True)
class Choice:
    """What somebody of the staff typed. Amounts in minor units."""

    is_whole: bool = False
    """All that is left of the money, for all that is left of the lines."""
    quantities: Mapping[int, int] = field(default_factory=dict)
    """Pieces by line id."""
    amount: int = 0
    """Beside the lines: delivery, or a gesture."""
    restock: bool = False


@dataclass(frozen=True)
class Part:
    line: OrderLine
    quantity: int
    amount: int
    restock: int

    @property
    def ends(self) -> bool:
        """Whether nothing is left of the line."""
        return self.line.refunded + self.quantity >= self.line.quantity


@dataclass(frozen=True)
class Plan:
    order: Order
    total: int
    parts: tuple[Part, ...]
    is_whole: bool
    """Nothing of the money stays: whatever the order has opened ends."""


def plan(order: Order, payments: list[Payment], choice: Choice) -> Plan:
    """
    :raises BadInput: by field: `line-<id>`, `amount`, or none in particular.
    """
    available = left(payments)
    parts = tuple(_parts(order, choice))
    total = available if choice.is_whole else sum(part.amount for part in parts) + choice.amount
    if total <= 0:
        told = "Choose what goes back." if available else "Nothing is left to refund."
        raise BadInput(told)
    if total > available:
        shown = money.show(available, order.currency)
        raise BadInput(f"Only {shown} is left to refund.", amount=[f"Only {shown} is left."])
    return Plan(order, total, _within(parts, total), total == available)


def left(payments: list[Payment]) -> int:
    """Minor units that nobody has asked back."""
    return sum(left_of(payment) for payment in payments)


def left_of(payment: Payment) -> int:
    """As `refunds.left` says, of rows that are here already, and without its lock."""
    asked = sum(refund.amount for refund in payment.refunds if refund.status not in NO_MONEY)
    return payment.received - asked


def _parts(order: Order, choice: Choice) -> list[Part]:
    errors: dict[str, list[str]] = {}
    found = []
    for line in order.lines:
        most = line.quantity - line.refunded
        quantity = most if choice.is_whole else choice.quantities.get(line.id, 0)
        if not 0 <= quantity <= most:
            errors[f"line-{line.id}"] = [f"Between 0 and {most}."]
        elif quantity:
            found.append(_part(line, quantity, restock=choice.restock))
    if errors:
        raise BadInput(None, **errors)
    return found


def _part(line: OrderLine, quantity: int, *, restock: bool) -> Part:
    amount = charged_for(line, quantity)
    stays = min(quantity, line.to_send)
    return Part(line, quantity, amount, stays if restock else 0)


def charged_for(line: OrderLine, quantity: int) -> int:
    """Of so many of its pieces that are not refunded; all of them are what is left of the line."""
    step = money.step(line.order.currency)
    if given_back := sum(swap.difference for swap in line.swaps):
        parts = (part.amount for part in line.returned_money if part.counts)
        rest = max(0, line.charged - given_back - sum(parts)) * quantity
        return rest // (line.quantity - line.refunded) // step * step
    before, after = line.refunded, line.refunded + quantity
    return _share(line, after, step) - _share(line, before, step)


def _share(line: OrderLine, pieces: int, step: int) -> int:
    """What so many pieces of the line cost; all of them cost exactly the line."""
    if pieces >= line.quantity:
        return line.charged
    part = line.charged * pieces // line.quantity
    return part - part % step


def _within(parts: tuple[Part, ...], total: int) -> tuple[Part, ...]:
    """Parts of a whole refund, when some of its money went back already without naming lines."""
    fitting = []
    for part in parts:
        amount = min(part.amount, total)
        total -= amount
        fitting.append(Part(part.line, part.quantity, amount, part.restock))
    return tuple(fitting)


def payments_left(payments: list[Payment]) -> list[Payment]:
    """Those that something can be returned from, the most first."""
    usable = [payment for payment in payments if left_of(payment) > 0]
    return sorted(usable, key=left_of, reverse=True)
