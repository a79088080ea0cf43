from shop import api


class DiscountOut(api.Output):
    """A code and what it takes off; `problem` says why it takes nothing, in words."""

    code: str
    name: str
    amount: int
    problem: str | None
