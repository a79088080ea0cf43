from celery import shared_task

from shop.search import misses, writer


@shared_task
def refresh() -> None:
    """Bring the index up to date; a nudge, the work is in `search_changes`."""
    writer.drain(heal=False)  # a rebuild may take longer than a task may


@shared_task
def count_miss(text: str) -> None:
    misses.count(text)


def sweep() -> int:
    """What no task did; returns how many products were indexed."""
    writer.forget()
    return writer.drain()
