from celery import shared_task

from shop import leases
from shop.mail import outbox
from shop.mail.models import Mail


@shared_task
def send_mail(mail_id: int) -> None:
    outbox.send(mail_id)


def sweep() -> int:
    """Send what no task has sent; returns how many mails were due."""
    ids = leases.due(Mail)
    for mail_id in ids:
        outbox.send(mail_id)
    return len(ids)
