"""A buyer adds their company or VAT id: to our invoice now, to Stripe's from the next one on."""

from typing import Any

from sqlalchemy import select

from shop import db, events
from shop.billing.gateway import StripeRefused, stripe_call
from shop.billing.invoices import tax_ids
from shop.billing.invoices.models import Invoice, InvoiceRevision, Source
from shop.billing.invoices.tax_ids import BadTaxId
from shop.db import session, utcnow
from shop.errors import ShopError

MOST_REVISIONS = 10


class RevisedTooOften(ShopError):
    message = "This invoice was revised many times. Please write to us."


def complete(invoice: Invoice, company: str, vat_id: str, actor: str = "customer") -> bool:
    """Put these on the invoice, or on the coming ones where Stripe issues them; commits then.

    :returns: False when nothing is different.
    :raises BadTaxId: when the id does not have the form of its country.
    :raises StripeUnavailable: when Stripe does not answer; part of it may be written then.
    """
    country = invoice.customer_address.get("country", "")
    ids = [tax_ids.read(vat_id, country)] if vat_id else []
    if invoice.source is Source.STRIPE:
        _tell_stripe(invoice.stripe_customer_id or "", company, ids)
        return True
    return _revise(invoice.id, company, ids, actor)


def _revise(invoice_id: int, company: str, ids: list[dict[str, str]], actor: str) -> bool:
    query = select(Invoice).where(Invoice.id == invoice_id).with_for_update()
    invoice = session.scalars(query, execution_options={"populate_existing": True}).one()
    if (invoice.customer_company, invoice.customer_tax_ids) == (company, ids):
        return False
    if invoice.revision >= MOST_REVISIONS:
        raise RevisedTooOften
    now = utcnow()
    session.add(
        InvoiceRevision(
            invoice_id=invoice.id,
            revision=invoice.revision,
            buyer=_buyer(invoice),
            issued_at=invoice.revised_at or invoice.issued_at or now,
            actor=actor,
        )
    )
    invoice.customer_company, invoice.customer_tax_ids = company, ids
    invoice.revision, invoice.revised_at = invoice.revision + 1, now
    session.flush()  # listeners look at the row
    events.publish(events.InvoiceChanged(invoice.id))
    return True


def _buyer(invoice: Invoice) -> dict[str, Any]:
    return {
        "name": invoice.customer_name,
        "company": invoice.customer_company,
        "email": invoice.customer_email,
        "address": invoice.customer_address,
        "tax_ids": invoice.customer_tax_ids,
    }


def _tell_stripe(customer: str, company: str, ids: list[dict[str, str]]) -> None:
    """What is there becomes what is wanted.

    Without idempotency keys of ours: one company, another and the first again are three acts.
    """
    db.commit()
    try:
        with stripe_call() as client:
            if company:
                client.v1.customers.update(customer, {"name": company})
            known = client.v1.customers.tax_ids.list(customer).data
            wanted = [(one["type"], one["value"]) for one in ids]
            for kind, value in wanted:
                if (kind, value) not in [(str(one.type), one.value) for one in known]:
                    params: Any = {"type": kind, "value": value}
                    client.v1.customers.tax_ids.create(customer, params)
            for one in known:
                if wanted and (str(one.type), one.value) not in wanted:
                    client.v1.customers.tax_ids.delete(customer, one.id)
    except StripeRefused as refusal:
        if refusal.code == "tax_id_invalid":
            raise BadTaxId("Stripe does not take this VAT id.") from None
        raise
