"""Searches that found nothing: what people look for and the shop does not have.

Counted by day and words, and by nothing else: who searched is not known. A page only asks a worker
to count; a nudge that is lost is a search that was not counted.
"""

import re
from datetime import timedelta

from sqlalchemy import delete, func, select

from shop.db import insert, session, utcnow
from shop.jobs import enqueue
from shop.search.listing import Listing
from shop.search.models import SearchMiss

LONGEST = 60
MOST_A_DAY = 1_000
"""Different words a day: a robot's nonsense does not fill the table."""
KEPT = timedelta(days=400)
MOST_DIGITS = 5


def note(listing: Listing) -> None:
    """After this request, have it counted if its words alone found nothing."""
    wanted = listing.wanted
    if wanted.text and not listing.total and not wanted.is_filtered and not wanted.within:
        text = wanted.text.casefold()[:LONGEST]
        if is_impersonal(text):
            enqueue("shop.search.tasks.count_miss", text)


def is_impersonal(text: str) -> bool:
    """No address of mail, and no number of an order, a card or a phone."""
    return "@" not in text and len(re.findall(r"\d", text)) <= MOST_DIGITS


def count(text: str) -> None:
    """Once more today."""
    today = utcnow().date()
    known = session.scalar(select(func.count()).where(SearchMiss.day == today)) or 0
    if not known:
        session.execute(delete(SearchMiss).where(SearchMiss.day < today - KEPT))
    mine = (SearchMiss.day == today) & (SearchMiss.text == text)
    if known >= MOST_A_DAY and session.scalar(select(SearchMiss.id).where(mine)) is None:
        return
    new = insert(SearchMiss).values(day=today, text=text, count=1)
    again = new.on_conflict_do_update(
        index_elements=["day", "text"], set_={"count": SearchMiss.count + 1}
    )
    session.execute(again)
