"""Business errors: each knows its HTTP status and the sentence the customer reads."""


class ShopError(Exception):
    """Raised by rules, shown by `shop.web` as a page and by `shop.api` as a problem document."""

    status = 409
    title = "That is not possible"
    message = "That is not possible."

    def __init__(self, message: str | None = None, **errors: list[str]) -> None:
        super().__init__(message or self.message)
        self.detail = message or self.message
        self.errors = errors  # by field


class NotFound(ShopError):
    """Also the answer for what exists but belongs to somebody else."""

    status = 404
    title = "Not found"
    message = "There is nothing here."


class BadInput(ShopError):
    status = 422
    title = "Please check your input"
    message = "Some of that cannot be accepted."


class Unavailable(ShopError):
    """Something the shop leans on does not answer; trying again later is worth it."""

    status = 503
    title = "Not available right now"
    message = "This part of the shop is not available right now. Please try again in a minute."
