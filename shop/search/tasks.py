from celery import shared_task

from shop.search import writer


@shared_task
def refresh() -> None:
    """Bring the index up to date; a nudge, the work is in `search_changes`."""
    writer.drain(heal=False)  # a rebuild may take longer than a task may


def sweep() -> int:
    """What no task did; returns how many products were indexed."""
    writer.forget()
    return writer.drain()
