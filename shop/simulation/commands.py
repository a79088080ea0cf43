import click
from sqlalchemy import select

from shop import config
from shop.accounts import people
from shop.billing.gateway import Declined, StripeUnavailable
from shop.billing.subscriptions import plans
from shop.billing.subscriptions.rehearsal import Rehearsal
from shop.catalog.models import Interval, Price, Product, Variant
from shop.db import commit, session
from shop.simulation.stage import set_up
from shop.simulation.story import Story
from shop.simulation.telling import Teller

START = "Start the shop with its sandbox, or say where it is with SHOP_STRIPE_API_BASE."


@click.command("simulate")
@click.argument("plan", required=False)
@click.option("--then", "then", help="The plan to change to; otherwise the yearly one.")
@click.option("--card", default="4242424242424242", show_default=True, help="Number or pm_….")
@click.option("--failing-card", default="4000000000000341", show_default=True)
@click.option("--plans", "lists", is_flag=True, help="List the plans there are.")
def simulate(
    plan: str | None, then: str | None, card: str, failing_card: str, *, lists: bool
) -> None:
    """Play a subscription's whole life on a Stripe test clock, and print it.

    PLAN is the id of a recurring price, or the SKU of a variant that has one. It happens in a shop
    of its own, which is gone afterwards; at Stripe, the clock takes all of it away.
    """
    settings = config.current()
    if settings.stripe_livemode:
        raise click.ClickException("There are no test clocks in live mode: use a test key.")
    if lists:
        _list_plans()
        return
    price = _find(plan)
    following = _find(then) if then else _yearly(price)
    ids = (price.id, following.id if following else None)
    with set_up(settings, price.variant.product_id):
        user = people.register("mara@simulation.example", "Mara", "simulated and forgotten")
        commit()
        rehearsal = Rehearsal(user.id)
        try:
            Story(rehearsal, Teller(rehearsal), *ids, card, failing_card).play()
        except Declined as refusal:
            click.echo(f"    declined: {refusal.reason}")
        except StripeUnavailable:
            where = settings.stripe_api_base
            raise click.ClickException(f"Stripe does not answer at {where}. {START}") from None
        finally:
            rehearsal.close()


def _list_plans() -> None:
    query = select(Price).where(Price.interval.is_not(None), Price.is_active)
    for price in session.scalars(query.order_by(Price.id)):
        click.echo(
            f"{price.id:>6}  {price.variant.sku:<16} {price.currency}  {plans.title_of(price)}"
        )


def _find(plan: str | None) -> Price:
    """The first one when none is named.

    :raises click.ClickException: when there is no such plan.
    """
    query = select(Price).join(Price.variant).join(Variant.product)
    query = query.where(Price.interval.is_not(None), Price.is_active).order_by(
        Price.interval != Interval.MONTH, Product.title, Price.id
    )
    if plan and plan.isdecimal() and len(plan) < 10:
        query = query.where(Price.id == int(plan))
    elif plan:
        query = query.where(Variant.sku == plan)
    found = session.scalar(query.limit(1))
    if found is None:
        raise click.ClickException("There is no such plan; `shop simulate --plans` lists them.")
    return found


def _yearly(price: Price) -> Price | None:
    """The same thing by the year, if it is sold so."""
    query = select(Price).where(
        Price.variant_id == price.variant_id,
        Price.currency == price.currency,
        Price.interval == Interval.YEAR,
        Price.id != price.id,
        Price.is_active,
    )
    return session.scalar(query.limit(1))


commands = [simulate]
