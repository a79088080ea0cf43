"""Whatever is changed how often: a buyer pays for what they had, to a cent per change."""

import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_sandbox.testing import StripeSandbox
from tests.sandbox.billing import DAY, HOUR, at, change, latest, make_buyer

START, END = at(2026, 4, 1), at(2026, 5, 1)
CHANGES = st.lists(
    st.tuples(
        st.integers(1, 29 * DAY),
        st.integers(0, 20),
        st.sampled_from(["always_invoice", "create_prorations"]),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda change: change[0],
).map(sorted)


def test_prorations_are_net_of_discounts(sandbox: StripeSandbox, v1: stripe.V1Services) -> None:
    buyer = make_buyer(sandbox, v1, START)
    half = v1.coupons.create({"percent_off": 50, "duration": "forever"})
    subscription = buyer.subscribe(buyer.price(1000), discounts=[{"coupon": half.id}])
    buyer.advance(START + 15 * DAY)
    changed = change(
        buyer, subscription, price=buyer.price(3000), proration_behavior="always_invoice"
    )
    assert [line.amount for line in latest(changed).lines.data] == [-250, 750]
    assert latest(changed).total == 500


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=CHANGES)
def test_all_changes_add_up(
    sandbox: StripeSandbox, v1: stripe.V1Services, changes: list[tuple[int, int, str]]
) -> None:
    sandbox.reset()
    buyer = make_buyer(sandbox, v1, START)
    subscription = buyer.subscribe(buyer.price(1000), 3)
    cost, quantity, since = 0.0, 3, START
    for offset, wanted, behavior in changes:
        buyer.advance(START + offset)
        change(buyer, subscription, quantity=wanted, proration_behavior=behavior)
        cost += 1000 * quantity * (START + offset - since) / (END - START)
        quantity, since = wanted, START + offset
    cost += 1000 * quantity * (END - since) / (END - START)

    buyer.advance(END + 2 * HOUR)
    invoices = v1.invoices.list({"limit": 100}).data
    billed = sum(invoice.total for invoice in invoices) - 1000 * quantity
    assert abs(billed - cost) <= 1 + 2 * len(changes)
    paid = sum(invoice.amount_paid for invoice in invoices)
    balance = v1.customers.retrieve(buyer.id).balance or 0
    assert paid + balance == billed + 1000 * quantity
    assert all(invoice.status == "paid" for invoice in invoices)
