"""The colors of states."""

from shop.billing.models import RefundStatus
from shop.leases import State
from shop.orders.models import FulfilmentState, PaymentState

PAYMENT_KINDS = {
    PaymentState.PENDING: "info",
    PaymentState.PROCESSING: "info",
    PaymentState.PAID: "good",
    PaymentState.PARTIALLY_REFUNDED: "warn",
    PaymentState.REFUNDED: "",
    PaymentState.FAILED: "bad",
    PaymentState.CANCELED: "",
}
FULFILMENT_KINDS = {
    FulfilmentState.UNFULFILLED: "warn",
    FulfilmentState.PARTIAL: "info",
    FulfilmentState.FULFILLED: "good",
    FulfilmentState.RETURNED: "",
}
REFUND_KINDS = {
    RefundStatus.SUCCEEDED: "good",
    RefundStatus.FAILED: "bad",
    RefundStatus.CANCELED: "bad",
}
MAIL_KINDS = {State.PENDING: "info", State.DONE: "good", State.FAILED: "warn", State.DEAD: "bad"}
MAIL_WORDS = {
    State.PENDING: "Waiting",
    State.DONE: "Sent",
    State.FAILED: "Is tried again",
    State.DEAD: "Not sent",
}
