"""What happens in each diagram, told as what people do; by its file and heading."""

from collections.abc import Callable

from tests.flows.stage import Stage
from tests.flows.stories import (
    buying,
    cart,
    clicking,
    discounting,
    downloading,
    invoicing,
    licensing,
    managing,
    product_detail,
    searching,
    subscribing,
    webhooks,
)

Story = Callable[[Stage], None]

STORIES: dict[tuple[str, str], Story] = {
    ("search", "Over the JSON API"): searching.search_by_api,
    ("search", "With the pages"): searching.search_on_page,
    ("search", "The shelf changes"): searching.import_a_product,
    ("product-detail", "Over the JSON API"): product_detail.show_by_api,
    ("product-detail", "With the pages"): product_detail.show_on_page,
    ("add-to-cart", "Over the JSON API"): cart.add_by_api,
    ("add-to-cart", "With the pages"): cart.add_on_page,
    ("discount", "A code in the cart"): discounting.apply_a_code,
    ("discount", "The order holds a use, and gives it back"): discounting.hold_a_use,
    ("download", "A link object: a file of a release"): downloading.download_a_release,
    ("download", "A link attribute of the product"): downloading.download_by_attribute,
    ("download", "With the pages"): downloading.download_on_page,
    ("buy", "The steps, over the JSON API"): buying.take_the_steps,
    ("buy", "Paying, over the JSON API"): buying.pay_by_api,
    ("buy", "The card form of the payment page"): buying.buy_with_card_form,
    ("buy", "Stripe's page"): buying.buy_on_stripes_page,
    ("hosted-checkout", "A click on another site"): clicking.click,
    ("hosted-checkout", "The buyer comes back"): clicking.come_back,
    ("hosted-checkout", "The buyer does not come back"): clicking.stay_away,
    ("hosted-checkout", "Nobody pays"): clicking.pay_nothing,
    ("subscribe", "Over the JSON API"): subscribing.request_by_api,
    ("subscribe", "With the pages"): subscribing.request_on_page,
    ("subscribe", "The subscriber pays and comes back"): subscribing.pay_and_come_back,
    ("subscribe", "The subscriber pays and does not come back"): subscribing.pay_and_leave,
    ("manage-subscription", "The customer portal, over the JSON API"): managing.open_portal_by_api,
    ("manage-subscription", "Change the plan"): managing.change_plan,
    ("manage-subscription", "Update the payment method"): managing.change_card,
    ("manage-subscription", "Cancel, and keep it after all"): managing.cancel_and_keep,
    ("invoice", "An invoice of Stripe's is paid"): invoicing.pay_a_renewal,
    ("invoice", "Part of an order's money goes back"): invoicing.refund_part,
    ("license", "A paid order brings a key"): licensing.get_a_key,
    ("license", "A machine takes a seat, asks, and gives it back"): licensing.use_it,
    ("license", "A floating machine falls silent"): licensing.go_silent,
    ("license", "A machine without a network"): licensing.work_without_a_network,
    ("license", "The owner looks after it"): licensing.look_after_it,
    ("webhook", "The buyer pays and does not come back"): webhooks.pay_and_leave,
    ("webhook", "The same event once more"): webhooks.deliver_again,
    ("webhook", "The worker never hears of it"): webhooks.lose_the_nudges,
}
