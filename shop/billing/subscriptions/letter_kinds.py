"""The kinds of mail to subscribers."""

from shop.mail import kinds
from shop.mail.blocks import Button, Code
from shop.mail.kinds import Kind, Placeholder, Words

COMMON = {
    "name": Placeholder("Name of the subscriber; may be empty", "Mara Lindner"),
    "product": Placeholder("What is subscribed to", "Atlas"),
    "plan": Placeholder("The plan, with its number of seats", "Atlas Team, 5 seats"),
    "link": Placeholder(
        "The way to the subscription, where cards and plans are changed",
        "https://shop.example/account/subscriptions/3x4mpl3",
        is_required=True,
    ),
}
COSTS = Placeholder("What it costs", "€25.00 every month")
UNTIL = Placeholder("The day until which it works", "14 Dec 2026")
DAY = Placeholder("The day on which it happens", "14 Dec 2026")


def _kind(key: str, words: tuple[str, str, str], text: str, **own: Placeholder) -> Kind:
    """:param words: what it is called, when it is sent, and its subject."""
    name, when, subject = words
    whole = f"Hello {{name}},\n\n{text}\n"
    return kinds.add(
        Kind(
            f"subscription_{key}",
            kinds.SUBSCRIPTIONS,
            name,
            when,
            Words(subject, whole),
            COMMON | own,
        )
    )


WELCOME = _kind(
    "welcome",
    ("Welcome", "When a subscription or its trial begins.", "Welcome to {product}"),
    """\
Thank you: your subscription to {plan} has begun.

{terms}

{license_keys}

{downloads}

[See your subscription]({link})""",
    terms=Placeholder(
        "What it costs, and since when",
        "Your trial is free until 14 Dec 2026. From then on it costs €25.00 every month, until you "
        "cancel.",
        is_required=True,
    ),
    license_keys=Placeholder(
        "The license key; left out when there is none",
        (Code("KSTL-7Q4M2-XB9RT-4N8WZ", "Your license key"),),
        is_required=True,
    ),
    downloads=Placeholder(
        "A button for the files; left out when there are none",
        (Button("Download", "https://shop.example/downloads/3x4mpl3"),),
        is_required=True,
    ),
)
PLAN_CHANGED = _kind(
    "plan",
    ("Plan changed", "When another plan or number of seats holds.", "Your plan is now {plan}"),
    """\
Your subscription is now {plan}. It costs {costs}.

{what_follows}

[See your subscription]({link})""",
    costs=COSTS,
    what_follows=Placeholder(
        "What becomes of the money or the trial",
        "What you had paid for the rest of the period was taken into account.",
    ),
)
PAYMENT_FAILED = _kind(
    "payment_failed",
    (
        "Renewal could not be collected",
        "When the payment of a period fails; what was bought works on for a while.",
        "We could not collect the payment for {product}",
    ),
    """\
The payment for {plan} could not be collected from {card}.

Everything goes on working until {until}. Please take another card, or see that this one can be \
charged; we try again in the next days.

[Repair the payment]({link})""",
    card=Placeholder("Which card", "the card ending in 4242"),
    until=UNTIL,
)
ACCESS_ENDED = _kind(
    "access_ended",
    (
        "On hold",
        "When the payment is still missing after the days of grace.",
        "{product} is on hold",
    ),
    """\
The payment for {plan} is still missing, so its license and files are on hold.

As soon as a card can be charged, everything works again by itself.

[Repair the payment]({link})""",
)
REPAIRED = _kind(
    "repaired",
    (
        "Payment has arrived",
        "When a payment that had failed was made.",
        "{product}: your payment has arrived",
    ),
    """\
The payment for {plan} has arrived. Thank you: your subscription is active, and everything works.

The invoice is in your account.

[See your subscription]({link})""",
)
PAUSED = _kind(
    "paused",
    ("Paused", "When a subscription is paused.", "{product} is paused"),
    """\
Your subscription to {plan} is paused: nothing is charged. {resumption}

[See your subscription]({link})""",
    resumption=Placeholder("When it goes on; may be empty", "It goes on on 14 Dec 2026."),
)
CANCELED = _kind(
    "canceled",
    (
        "Canceled",
        "When a subscription is canceled for the end of its period.",
        "{product} is canceled",
    ),
    """\
You canceled {plan}. It goes on until {until}, and nothing more is charged.

Did you change your mind? Until then you can keep it with one click.

[See your subscription]({link})""",
    until=UNTIL,
)
KEPT = _kind(
    "kept",
    ("Kept", "When a cancelation is taken back.", "{product} goes on"),
    """\
Your subscription to {plan} goes on: it is not canceled any more.

[See your subscription]({link})""",
)
ENDED = _kind(
    "ended",
    ("Ended", "When a subscription has ended.", "{product} has ended"),
    """\
Your subscription to {plan} has ended. Nothing more is charged.

Your invoices stay in your account. You are welcome back any time.

[See your account]({link})""",
)
TRIAL_ENDS = _kind(
    "trial_ends",
    ("Trial ends soon", "Three days before a trial ends.", "Your trial of {product} ends soon"),
    """\
Your trial of {plan} ends on {day}. From then on it costs {costs}.

If you do not want it, cancel before that day, and nothing is charged.

[See your subscription]({link})""",
    day=DAY,
    costs=COSTS,
)
RENEWAL = _kind(
    "renewal",
    (
        "Renews soon",
        "Three days before a renewal; fourteen if it is yearly.",
        "{product} renews on {day}",
    ),
    """\
On {day}, {plan} renews: {costs}, collected {card}.

There is nothing to do. You can change your plan or cancel before that day.

[See your subscription]({link})""",
    day=DAY,
    costs=COSTS,
    card=Placeholder("From which card; may be empty", "from the card ending in 4242"),
)
CARD_EXPIRES = _kind(
    "card_expires",
    (
        "Card expires",
        "When the card expires before the next payment.",
        "Your card ending in {digits} expires",
    ),
    """\
The card ending in {digits} expires before the next payment for {plan}.

Please name another card in time, so that nothing is interrupted.

[Take another card]({link})""",
    digits=Placeholder("Its last four digits", "4242"),
)
