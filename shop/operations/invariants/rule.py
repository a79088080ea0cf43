from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """What must always hold. Each query finds the rows that break it.

    They know the shop's tables, those of `at_stripe`, and three parameters: `:since` (what is older
    is left out where Stripe is compared), `:now`, and `:money_in`, the states of a paid order.
    """

    code: str
    sentence: str
    queries: tuple[str, ...]
