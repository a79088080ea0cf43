"""What happens, in this order. A scene that is refused does not keep the next from happening."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from shop.cart.discounts.seeds import CODE
from shop.demo import people
from shop.demo.buyers import DISPUTED, MASTERCARD, NO_FUNDS, Buyer
from shop.demo.people import Person
from shop.demo.staff import Staff
from shop.demo.visitor import Declined, Refused
from shop.demo.wares import Ware

NOTEBOOK = Ware("tidemark-notebook", "HAL-TID-A5", 2)
PEN = Ware("harbor-fountain-pen", "BRK-HAR-M")
INK = Ware("lampblack-ink", "BRK-INK-BLU")
MUGS = Ware("enamel-mug", "LKG-MUG-GRN", 4)
COFFEE = Ware("studio-blend-coffee", "ESR-STU-250", 3)
TOWEL = Ware("linen-tea-towel", "DOC-TWL-KNT", 2)
PLANNER = Ware("fallow-week-planner", "SMH-FAL-A5")
BOOK = Ware("ship-it-small", "LAN-E-SHIP")
SAMPLES = Ware("rain-on-tin", "FWA-S-RAIN")
REVERB = Ware("room-tone-reverb", "FWA-RTN-PER")
FONT = Ware("gantry-sans", "LEA-GAN-PER")
INKWELL = Ware("inkwell-writing-desk", "BLK-INK-PER")
DARKROOM = Ware("darkroom-batch", "NOR-DRK-STU")
MACHINES = ("studio-desktop", "travel-laptop")


@dataclass
class Stage:
    base_url: str
    visit: int

    @cached_property
    def staff(self) -> Staff:
        return Staff(self.base_url)

    def buyer(self, person: Person, currency: str = "EUR") -> Buyer:
        return Buyer(self.base_url, person, self.visit, currency)

    def member(self, person: Person) -> Buyer:
        """With a new account, signed in."""
        buyer = self.buyer(person)
        buyer.sign_in(buyer.email, people.register(person, self.visit))
        return buyer


def goods_on_their_way(stage: Stage) -> None:
    order = stage.buyer(people.JONAS).buy(NOTEBOOK, PEN)
    stage.staff.ship(order, "DHL", "00340434161094000001")


def goods_that_arrived(stage: Stage) -> None:
    order = stage.buyer(people.OWEN).buy(TOWEL, card=MASTERCARD)
    stage.staff.ship(order, "Royal Mail", "AB123456785GB")
    stage.staff.deliver(order)


def goods_to_pack(stage: Stage) -> None:
    buyer = stage.buyer(people.EMIL)
    buyer.choose(MUGS, COFFEE, BOOK)
    buyer.call("PUT", "/api/cart/discount", {"code": CODE})
    order = buyer.pay(buyer.check_out())
    stage.staff.note(order, "Asked by phone for the coffee to be packed on its own.")


def goods_that_come_later(stage: Stage) -> None:
    order = stage.buyer(people.SOFIA).buy(PLANNER)
    stage.staff.wait_for(order, "The printer delivers the next batch late.")


def a_download(stage: Stage) -> None:
    stage.buyer(people.MAYA, "USD").buy(SAMPLES)


def a_license_on_two_machines(stage: Stage) -> None:
    buyer = stage.member(people.INES)
    order = buyer.buy(REVERB)
    for machine in MACHINES:
        seat = {"key": order["lines"][0]["license_key"], "fingerprint": machine, "name": machine}
        buyer.call("POST", "/api/licenses/activate", seat)
    buyer.subscribe(INKWELL, "month")


def a_paid_subscription(stage: Stage) -> None:
    stage.member(people.TOMAS).subscribe(DARKROOM, "year")


def a_refund_of_a_part(stage: Stage) -> None:
    order = stage.buyer(people.LENA).buy(FONT, BOOK)
    stage.staff.refund(order, "9.50", "Half of the book: she had bought it elsewhere.")


def a_declined_card(stage: Stage) -> None:
    """Once for good, and once before another card."""
    with suppress(Declined):
        stage.buyer(people.RUTH).buy(INK, card=NO_FUNDS)
    buyer = stage.buyer(people.CLARA)
    buyer.choose(PEN)
    session = buyer.check_out()
    with suppress(Declined):
        buyer.pay(session, NO_FUNDS)
    buyer.pay(session)


def a_dispute(stage: Stage) -> None:
    stage.buyer(people.PAUL).buy(COFFEE, card=DISPUTED)


def a_draft_with_a_link(stage: Stage) -> None:
    stage.staff.draft(people.RUTH, stage.visit, MUGS, NOTEBOOK)


def an_abandoned_cart(stage: Stage) -> None:
    buyer = stage.buyer(people.SOFIA)
    buyer.choose(REVERB)
    buyer.check_out()


SCENES: tuple[Callable[[Stage], None], ...] = (
    *(goods_on_their_way, goods_that_arrived, goods_to_pack, goods_that_come_later),
    *(a_download, a_license_on_two_machines, a_paid_subscription, a_refund_of_a_part),
    *(a_declined_card, a_dispute, a_draft_with_a_link, an_abandoned_cart),
)


def play(stage: Stage) -> Iterator[tuple[str, str]]:
    """The name of each scene, and why it is left out, if it is."""
    for scene in SCENES:
        name = scene.__name__.replace("_", " ").capitalize()
        try:
            scene(stage)
        except Refused as refusal:
            yield name, str(refusal)
        else:
            yield name, ""
