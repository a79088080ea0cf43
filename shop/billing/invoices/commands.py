import click

from shop.billing.invoices import finding
from shop.billing.invoices.paper import status_pill
from shop.money import show


@click.group("invoices")
def invoice_commands() -> None:
    """Invoices, ours and Stripe's."""


@invoice_commands.command("find")
@click.argument("text")
def find(text: str) -> None:
    """Invoices by number, e-mail, name, VAT id, date, amount, order or Stripe id."""
    found = finding.search(text)
    for invoice in found:
        day = f"{invoice.issued_at:%Y-%m-%d}" if invoice.issued_at else "not issued"
        who = invoice.customer_company or invoice.customer_name
        total = show(invoice.total, invoice.currency)
        parts = (invoice.number or "draft", day, total, status_pill(invoice)[0], who)
        names = (invoice.customer_email, invoice.stripe_invoice_id or invoice.reference)
        click.echo("  ".join(filter(None, (*parts, *names, invoice.attention))))
    click.echo(f"{len(found)} found.")


commands = [invoice_commands]
