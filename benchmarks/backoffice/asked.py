"""What is asked of the lists and of the support search, beyond what they show by themselves."""

from collections.abc import Iterator, Mapping

from benchmarks.backoffice.sale import CUSTOMERS, key_end_of

NOTHING = "nothing-is-called-so"
LISTS: Mapping[str, tuple[str, ...]] = {
    "orders": (
        *("page=3000", "tab=paid&page=2000"),
        *("search=customer77", "search=bench.example", "search=K-0100000", f"search={NOTHING}"),
        *("flt0_currency_equals=EUR", "flt0_currency_equals=JPY", "flt0_currency_equals=KWD"),
        *("flt1_placed_between_between=2025-03-01 to 2025-03-31",),
        "tab=paid&flt0_currency_equals=JPY&flt1_placed_between_between=2025-03-01 to 2025-03-31",
        "flt2_needs_a_hand_because_contains=disputed",
    ),
    "products": (
        *("page=1500", "flt0_kind_equals=license", "flt1_category_in=1", "flt1_category_in=17"),
        *("flt2_brand_equals=Brand 7", f"flt2_brand_equals={NOTHING}"),
        *("tab=published&flt0_kind_equals=digital&flt2_brand_equals=Brand 6",),
        *("search=a", "search=product-77777", "search=sku-0777", f"search={NOTHING}"),
        *("tab=published&search=77 product",),
    ),
    "customers": (
        *("search=customer77", "search=@bench.example", "search=Customer 19"),
        f"search={NOTHING}",
    ),
    "licenses": (f"search={key_end_of(7)}", f"search={NOTHING}"),
    "subscriptions": ("search=customer77", f"search={NOTHING}"),
    "invoices": (
        *("search=2026-0190001", "search=K-0100001", "search=Company 777", "search=DE000000775"),
        *("search=19,00", "search=2026-03-01", "search=customer77@bench.example"),
        f"search={NOTHING}",
    ),
    "events": (
        *("search=evt_bench_777", "search=pi_bench_777", f"search={NOTHING}"),
        *("flt0_type_equals=payment_intent.succeeded", f"flt0_type_equals={NOTHING}"),
    ),
    "mails": (
        *("search=customer77@bench.example", "search=Your order K-0199", f"search={NOTHING}"),
        *("flt0_template_equals=order_paid", f"flt0_template_equals={NOTHING}"),
    ),
    "audit": (
        *("search=order:K-0100000", "search=order.refund", "search=They asked", "search=staff3"),
        *(f"search={NOTHING}", "flt0_who_contains=staff3", "flt1_act_contains=refund"),
    ),
}


def questions(orders: int, count: int) -> Iterator[tuple[str, list[str]]]:
    """What support types, by its kind. Every second paid order has a license."""
    numbers = [1 + n * (orders // count) for n in range(count)]
    for kind, text in (
        ("order number", "K-{0:07}"),
        ("invoice number", "2026-{0:07}"),
        ("end of a key", "{1}"),
        ("whole address", "customer{2}@bench.example"),
        ("beginning of an address", "customer{2}"),
        ("middle of an address", "er{2}@ben"),
        ("last four of a card", "{2:04}"),
        ("Stripe id", "pi_bench_{0}"),
        ("company", "Company {3}"),
        ("VAT id", "DE{3:09}"),
        ("device", "laptop-{0}"),
        ("nothing", NOTHING + "{0}"),
    ):
        yield kind, [text.format(*_given(number)) for number in numbers]


def _given(number: int) -> tuple[int, str, int, int]:
    customer = number * 97 % CUSTOMERS
    return number, key_end_of(number | 1), customer, customer // 5 * 5
