"""What comes to be downloaded after it was sold: those who are entitled already get it too."""

from shop.downloads import grants, subscribed


def give(product_id: int) -> None:
    grants.give_late(product_id)
    subscribed.give_late(product_id)
