from shop.admin.support.forms import ReasonForm
from shop.billing.invoices import forms


class BuyerForm(forms.BuyerForm):
    """As the buyer's own, and why."""

    reason = ReasonForm.reason


__all__ = ["BuyerForm", "ReasonForm"]
