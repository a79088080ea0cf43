from celery import shared_task

from shop.checkout import expiry


@shared_task
def expire_due() -> None:
    expiry.expire_due()
