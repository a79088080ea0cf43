from celery import shared_task

from shop import db
from shop.downloads import news


@shared_task
def tell_news(release_id: int) -> None:
    """In transactions of a hundred mails each."""
    while news.tell(release_id):
        db.commit()


def sweep() -> int:
    """Tell of what no task has told; returns how many releases there were."""
    ids = news.untold()
    for release_id in ids:
        news.tell(release_id)
        db.commit()
    return len(ids)
