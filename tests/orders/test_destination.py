from shop.orders import mails
from shop.orders.models import Order
from tests.orders.factories import ADDRESS


def test_page_and_mail_name_the_country_in_words() -> None:
    order = Order(shipping_address=ADDRESS)
    assert mails.destination(order) == "Ada Lovelace, 1 Main St, 10115 Berlin, Germany"


def test_what_is_not_sent_goes_nowhere() -> None:
    assert mails.destination(Order(shipping_address=None)) == ""
