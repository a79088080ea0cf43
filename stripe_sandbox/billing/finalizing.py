"""From a draft to an invoice that asks for money."""

from stripe_sandbox import events, timers
from stripe_sandbox.billing import balance, collection, invoicing
from stripe_sandbox.errors import InvalidRequest, Json
from stripe_sandbox.resources import payment_intents
from stripe_sandbox.sandbox import Sandbox

DAY = 24 * 3600


def finalize(box: Sandbox, invoice: Json, intent: Json | None = None) -> None:
    """Give it its number and a payment intent; one without an amount is paid at once.

    Checkout brings the intent that has already paid.
    """
    if invoice["status"] != "draft":
        raise InvalidRequest(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
            code="invoice_not_editable",
        )
    now = box.now(invoice)
    customer = box.store.require("customer", invoice["customer"])
    timers.stop(box, "finalize_invoice", invoice["id"])
    invoicing.copy_customer(box, invoice, customer)
    invoicing.total_up(box, invoice)
    page = f"{box.settings.public_url}/i/{invoice['id']}"
    invoice.update(
        automatically_finalizes_at=None,
        effective_at=invoice["effective_at"] or now,
        hosted_invoice_url=page,
        invoice_pdf=f"{page}/pdf",
        number=invoice["number"] or _next_number(customer),
        status="open",
    )
    invoice["status_transitions"]["finalized_at"] = now
    if intent is None:
        _use_balance(box, invoice, customer)
    if invoice["collection_method"] == "send_invoice" and invoice["due_date"] is None:
        invoice["due_date"] = now + 30 * DAY
    events.emit(box, "invoice.finalized", invoice)
    if invoice["amount_due"] == 0:
        collection.mark_paid(box, invoice)
    else:
        _ask_for_payment(box, invoice, intent)


@timers.action("finalize_invoice")
def finalize_by_itself(box: Sandbox, id: str) -> None:
    invoice = box.store.get(id)
    if invoice and invoice.get("status") == "draft" and invoice["auto_advance"]:
        advance(box, invoice)


def advance(box: Sandbox, invoice: Json) -> None:
    """Finalize, then collect or send, as Stripe does by itself."""
    finalize(box, invoice)
    if invoice["status"] != "open" or collection.is_held(box, invoice):
        return
    if invoice["collection_method"] == "send_invoice":
        events.emit(box, "invoice.sent", invoice)
    else:
        collection.try_pay(box, invoice)


def _next_number(customer: Json) -> str:
    """Every customer has a series of their own, without gaps."""
    sequence = customer["next_invoice_sequence"] or 1
    customer["next_invoice_sequence"] = sequence + 1
    return f"{customer['invoice_prefix']}-{sequence:04d}"


def _use_balance(box: Sandbox, invoice: Json, customer: Json) -> None:
    """Credit pays first; what is too little to charge is owed until the next invoice."""
    start = customer["balance"] or 0
    invoice["starting_balance"] = start
    due = max(invoice["total"] + start, 0)
    if due < payment_intents.MINIMUM_AMOUNT.get(invoice["currency"], 1):
        end, due = invoice["total"] + start, 0
    else:
        end = 0
    invoice.update(amount_due=due, amount_remaining=due, ending_balance=end)
    if end != start:
        kind = "applied_to_invoice" if invoice["total"] > 0 else "unapplied_from_invoice"
        change = end - start
        balance.add(box, customer, change, invoice["currency"], kind, invoice=invoice["id"])


def _ask_for_payment(box: Sandbox, invoice: Json, intent: Json | None) -> None:
    is_first = invoice["billing_reason"] == "subscription_create"
    if intent is None:
        params = {
            "amount": invoice["amount_due"],
            "currency": invoice["currency"],
            "customer": invoice["customer"],
            "description": "Subscription creation" if is_first else "Payment for Invoice",
            "metadata": {},
        }
        method = collection.method_of(box, invoice)
        if method:
            params["payment_method"] = method
        if is_first:
            params["setup_future_usage"] = "off_session"
        intent = payment_intents.make(box, params)
    box.store.private(intent["id"])["invoice"] = invoice["id"]
    box.new(
        "invoice_payment",
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"type": "payment_intent", "payment_intent": intent["id"]},
        status="open",
    )
    if invoice["due_date"] is not None:
        timers.start_for(box, "invoice_overdue", invoice, invoice["due_date"])
