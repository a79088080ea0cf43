"""Who asked for it hears of a new version by mail: once for each release and person."""

from hashlib import sha256

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import Select, func, or_, select, update

from shop import config
from shop.accounts.consents import Consent
from shop.accounts.models import User, normalize_email
from shop.catalog.models import Product
from shop.db import session, utcnow
from shop.downloads.letters import NEW_VERSION
from shop.downloads.models import Grant, Release
from shop.errors import NotFound
from shop.mail import outbox
from shop.orders.models import Order, OrderLine

BATCH = 100
SALT = "shop.downloads.news"
WORDS = "Tell me about new versions"
"""Beside the box."""
NO_MORE = "Send me no more"
"""On the button that a mail leads to."""


def ask(grant: Grant, *, wants: bool, words: str = WORDS) -> None:
    """The owner wants to be told of new versions, or not; it counts for all of their copies.

    :param words: what they read when they said so.
    """
    if grant.wants_news != wants:
        session.add(
            Consent(
                subject=f"grant:{grant.id}",
                user_id=grant.user_id,
                words=words,
                about=grant.product.title,
                is_given=wants,
            )
        )
    mine = Grant.id == grant.id
    if grant.user_id:
        mine = (Grant.user_id == grant.user_id) & (Grant.product_id == grant.product_id)
    session.execute(update(Grant).where(mine).values(wants_news=wants))


def token_of(grant_id: int) -> str:
    """By which a mail's link can end the mails, and nothing else."""
    return str(_serializer().dumps(grant_id))


def grant_of(token: str) -> Grant:
    """:raises NotFound: when we did not make the token."""
    try:
        grant = session.get(Grant, _serializer().loads(token))
    except BadData:
        raise NotFound from None
    if grant is None:
        raise NotFound
    return grant


def _serializer() -> URLSafeSerializer:
    options = {"digest_method": sha256}
    return URLSafeSerializer(current_app.config["SECRET_KEY"], SALT, signer_kwargs=options)


def untold() -> list[int]:
    """Releases of which somebody may still have to be told."""
    return list(session.scalars(select(Release.id).where(Release.told_at.is_(None)).limit(20)))


def tell(release_id: int) -> bool:
    """Write to the next hundred; False when there are no more."""
    query = select(Release).where(Release.id == release_id, Release.told_at.is_(None))
    release = session.scalar(query.with_for_update())
    if release is None:
        return False
    found = [] if release.yanked_at else session.execute(_who_asked(release)).all()
    product = session.get_one(Product, release.product_id)
    for grant_id, token, to in found:
        _write(release, product, to, (grant_id, token))
    release.told_to = found[-1][0] if found else release.told_to
    release.told_at = None if len(found) == BATCH else utcnow()
    return release.told_at is None


def _who_asked(release: Release) -> Select[int, str, str]:
    """Those that may have it, by grant, its page, and where to write to."""
    until, expiry = Grant.versions_until, Grant.expires_at
    return (
        select(Grant.id, Grant.token, func.coalesce(User.email, Order.email))
        .outerjoin(User, User.id == Grant.user_id)
        .outerjoin(OrderLine, OrderLine.id == Grant.order_line_id)
        .outerjoin(Order, Order.id == OrderLine.order_id)
        .where(
            Grant.product_id == release.product_id,
            Grant.id > release.told_to,
            Grant.wants_news,
            Grant.ended_at.is_(None),
            Grant.suspended_at.is_(None),
            or_(until.is_(None), until >= release.released_at),
            or_(expiry.is_(None), expiry > utcnow()),
        )
        .order_by(Grant.id)
        .limit(BATCH)
    )


def _write(release: Release, product: Product, to: str, grant: tuple[int, str]) -> None:
    person = sha256(normalize_email(to).encode()).hexdigest()[:24]
    base = config.current().base_url
    outbox.write(
        NEW_VERSION,
        key=f"release:{release.id}:{person}",
        to=to,
        title=product.title,
        version=release.version,
        notes=release.notes or None,
        download_link=f"{base}/downloads/{grant[1]}",
        off_link=f"{base}/downloads/news/{token_of(grant[0])}",
    )
