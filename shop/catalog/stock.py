"""Units on hand, and who holds them.

Every change is one conditional statement, so a race has one winner on every database. Rows are
always locked in the same order, reservations before variants and both by variant, so that two
orders cannot wait for each other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Executable, Table, bindparam, literal, select, update

from shop.catalog.models import Hold, StockMovement, StockReservation, Variant
from shop.db import insert, insert_once, session, utcnow
from shop.errors import NotFound, ShopError

_SHOWN = {"synchronize_session": False, "populate_existing": True}
"""A loaded variant shows the new numbers."""
_variants = cast("Table", Variant.__table__)
_variant = _variants.c
_SET_ASIDE = (
    _variants.update()
    .where(
        _variant.id == bindparam("variant_id"),
        _variant.on_hand - _variant.reserved >= bindparam("amount"),
    )
    .values(reserved=_variant.reserved + bindparam("amount"))
)


class OutOfStock(ShopError):
    """Somebody else was faster, or more was asked for than there is."""

    title = "Out of stock"

    def __init__(self, variant: Variant) -> None:
        self.variant_id = variant.id
        name = " ".join(filter(None, (variant.product.title, variant.title)))
        left = variant.available or 0
        super().__init__(f"Only {left} of {name} left." if left else f"{name} is sold out.")


class BelowReserved(ShopError):
    title = "Not that many"

    def __init__(self, variant: Variant) -> None:
        held = f"{variant.reserved} of them are set aside for orders"
        super().__init__(f"{variant.sku} has {variant.on_hand} on hand and {held}.")


def totals(lines: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Quantity by variant id, of lines (variant id, quantity) that may share a variant."""
    sums: Counter[int] = Counter()
    for variant_id, quantity in lines:
        sums[variant_id] += quantity
    return dict(sums)


def reserve(holder: str, wanted: Mapping[int, int]) -> None:
    """Set units aside, all of them or none. Repeating it while they are held changes nothing.

    :param wanted: quantity by variant id; variants that do not count stock are left out of it.
    :raises OutOfStock: naming the first variant that has too few.
    """
    claimed = [variant_id for variant_id in sorted(wanted) if _claim(holder, variant_id, wanted)]
    for done, variant_id in enumerate(claimed):
        if not _set_aside(variant_id, wanted[variant_id]):
            _unclaim(holder, wanted, claimed, done)
            raise OutOfStock(_reload(variant_id))


def release(holder: str) -> bool:
    """Free what is held; False when nothing was, because it was freed or taken before."""
    held = _end(holder, Hold.RELEASED)
    for variant_id, quantity in held.items():
        _change(variant_id, reserved=Variant.reserved - quantity)
    return bool(held)


def take(holder: str) -> bool:
    """Turn what is held into a sale; False when nothing was held.

    After False, `reserve` and `take` again tells the reasons apart: it does nothing if the units
    were taken before or none are counted, and raises `OutOfStock` if they went to somebody else.
    """
    held = _end(holder, Hold.TAKEN)
    for variant_id, quantity in held.items():
        _change(
            variant_id, on_hand=Variant.on_hand - quantity, reserved=Variant.reserved - quantity
        )
        _record(variant_id, -quantity, "sale", holder)
    return bool(held)


def put_back(holder: str, reference: str) -> bool:
    """Put all units that the holder took back on the shelf.

    :param reference: names this return; a repeated one changes nothing.
    """
    taken = select(StockReservation.variant_id, StockReservation.quantity).where(
        StockReservation.holder == holder, StockReservation.state == Hold.TAKEN
    )
    rows = session.execute(taken.order_by(StockReservation.variant_id)).all()
    results = [adjust(variant_id, quantity, "return", reference) for variant_id, quantity in rows]
    return any(results)


def is_held(holder: str) -> bool:
    held = select(StockReservation.id).where(
        StockReservation.holder == holder, StockReservation.state == Hold.HELD
    )
    return session.scalar(held.limit(1)) is not None


def adjust(variant_id: int, delta: int, reason: str, reference: str) -> bool:
    """Add to the units on hand, or take some away; False when this reference did it before.

    A difference and not a new total: what is sold meanwhile stays sold.

    :raises BelowReserved: when fewer would be left than are set aside.
    """
    if session.get(Variant, variant_id) is None:
        raise NotFound
    with session.begin_nested():
        if not _record(variant_id, delta, reason, reference):
            return False
        enough = Variant.on_hand + delta >= Variant.reserved
        if not _change(variant_id, enough, on_hand=Variant.on_hand + delta):
            raise BelowReserved(_reload(variant_id))
    return True


def _claim(holder: str, variant_id: int, wanted: Mapping[int, int]) -> bool:
    """Write the reservation down; False when it is held already, or its stock is not counted."""
    given = {
        "holder": holder,
        "variant_id": variant_id,
        "quantity": wanted[variant_id],
        "now": utcnow(),
    }
    return session.scalar(_claim_on(session.get_bind().dialect.name), given) is not None


@cache
def _claim_on(_dialect: str) -> Executable:
    """One statement for each kind of database, as building it takes longer than running it."""
    counted = select(
        bindparam("holder", type_=StockReservation.holder.type),
        Variant.id,
        bindparam("quantity", type_=StockReservation.quantity.type),
        literal(Hold.HELD, StockReservation.state.type),
        bindparam("now", type_=StockReservation.created_at.type),
    ).where(Variant.id == bindparam("variant_id"), Variant.tracks_stock)
    names = ("holder", "variant_id", "quantity", "state", "created_at")
    table: Any = StockReservation.__table__  # of a mapped class, it would be an insert of many
    claim = insert(table).from_select(names, counted)
    fresh = claim.excluded
    return claim.on_conflict_do_update(
        index_elements=["holder", "variant_id"],
        set_={name: fresh[name] for name in ("quantity", "state", "created_at")},
        where=StockReservation.state == Hold.RELEASED,
    ).returning(StockReservation.id)


def _set_aside(variant_id: int, amount: int) -> bool:
    """By a plain statement, as every checkout comes by here; a loaded variant reads itself anew."""
    session.flush()  # what a loaded variant was told counts
    connection = session.connection({"clause": _SET_ASIDE})
    done = connection.execute(_SET_ASIDE, {"variant_id": variant_id, "amount": amount})
    if loaded := session.identity_map.get(session.identity_key(Variant, variant_id)):
        session.expire(loaded)
    return bool(done.rowcount)


def _unclaim(holder: str, wanted: Mapping[int, int], claimed: Sequence[int], done: int) -> None:
    """As if nothing had been set aside, for a caller who handles the error.

    :param done: how many of them had their units reserved.
    """
    for variant_id in claimed[:done]:
        _change(variant_id, reserved=Variant.reserved - wanted[variant_id])
    session.execute(
        update(StockReservation)
        .where(StockReservation.holder == holder, StockReservation.variant_id.in_(claimed))
        .values(state=Hold.RELEASED),
        execution_options={"synchronize_session": False},
    )


def _end(holder: str, state: Hold) -> dict[int, int]:
    """Leave `held` for another state, once; quantities by variant in the order to lock them."""
    end = (
        update(StockReservation)
        .where(StockReservation.holder == holder, StockReservation.state == Hold.HELD)
        .values(state=state)
        .returning(StockReservation.variant_id, StockReservation.quantity)
    )
    rows = session.execute(end, execution_options={"synchronize_session": False})
    return dict(sorted((row[0], row[1]) for row in rows))


def _change(variant_id: int, *conditions: ColumnElement[bool], **values: Any) -> bool:
    """Whether the variant met the conditions; a loaded one shows the new numbers."""
    change = (
        update(Variant).where(Variant.id == variant_id, *conditions).values(values)
    ).returning(Variant)
    return session.scalar(change, execution_options=_SHOWN) is not None


def _record(variant_id: int, delta: int, reason: str, reference: str) -> bool:
    values = {"delta": delta, "reason": reason, "reference": reference}
    return insert_once(StockMovement, variant_id=variant_id, **values) is not None


def _reload(variant_id: int) -> Variant:
    """As it is now: what this transaction read earlier may be old."""
    return session.get_one(Variant, variant_id, populate_existing=True)
