"""What happens next to a subscription by itself, and when."""

from typing import Literal

from stripe_sandbox import timers
from stripe_sandbox.billing import members
from stripe_sandbox.errors import Json
from stripe_sandbox.sandbox import Sandbox

HOUR, DAY = 3600, 24 * 3600
PAYABLE_FOR = 23 * HOUR  # how long a first invoice waits for its payment
TOLD_BEFORE_TRIAL_END = 3 * DAY
ENDED = ("canceled", "incomplete_expired")
What = Literal[
    "announce_renewal",
    "announce_trial_end",
    "collect_again",
    "end",
    "end_trial",
    "expire",
    "expire_pending_update",
    "give_up_resuming",
    "next_phase",
    "renew",
]
Moment = tuple[int, int, What]
"""When, the rank among what happens in the same second, and what."""


def plan(box: Sandbox, subscription: Json) -> None:
    moments = upcoming(box, subscription)
    if moments:
        timers.start_for(box, "subscription_due", subscription, min(moments)[0])
    else:
        timers.stop(box, "subscription_due", subscription["id"])


def upcoming(box: Sandbox, subscription: Json) -> list[Moment]:
    status = subscription["status"]
    if status in ENDED:
        return []
    if status == "incomplete":
        return [(subscription["created"] + PAYABLE_FOR, 0, "expire")]
    moments = _appointments(box, subscription)
    if status == "trialing":
        moments += _of_trial(box, subscription)
    elif status != "paused":
        moments += _of_period(box, subscription)
    return moments


def note_told(box: Sandbox, subscription: Json, what: What, about: int) -> None:
    """Remember that this was announced, so that it is announced once."""
    box.store.private(subscription["id"]).setdefault("told", {})[what] = about


def next_end(subscription: Json) -> int:
    """When the first of the current periods ends."""
    return min(int(item["current_period_end"]) for item in members.of(subscription))


def _appointments(box: Sandbox, subscription: Json) -> list[Moment]:
    """What somebody has asked for."""
    pause = subscription["pause_collection"] or {}
    private = box.store.private(subscription["id"])
    schedule = box.store.get(subscription["schedule"] or "") or {}
    phase = schedule.get("current_phase") or {}
    wishes: list[tuple[int | None, int, What]] = [
        (subscription["cancel_at"], 1, "end"),
        (pause.get("resumes_at"), 2, "collect_again"),
        ((subscription["pending_update"] or {}).get("expires_at"), 2, "expire_pending_update"),
        (phase.get("end_date"), 2, "next_phase"),
        (private.get("resumes_until"), 2, "give_up_resuming"),
    ]
    return [(at, rank, what) for at, rank, what in wishes if at]


def _of_trial(box: Sandbox, subscription: Json) -> list[Moment]:
    end = subscription["trial_end"]
    moments: list[Moment] = [(end, 3, "end_trial")]
    if not _is_told(box, subscription, "announce_trial_end", end):
        moments.append((end - TOLD_BEFORE_TRIAL_END, 0, "announce_trial_end"))
    return moments


def _of_period(box: Sandbox, subscription: Json) -> list[Moment]:
    end = next_end(subscription)
    moments: list[Moment] = [(end, 3, "renew")]
    ends_first = subscription["cancel_at"] and subscription["cancel_at"] <= end
    if not ends_first and not _is_told(box, subscription, "announce_renewal", end):
        before = int(box.billing.upcoming_days * DAY)
        if end - before > subscription["start_date"]:
            moments.append((end - before, 0, "announce_renewal"))
    return moments


def _is_told(box: Sandbox, subscription: Json, what: What, about: int) -> bool:
    told = box.store.private(subscription["id"]).get("told", {})
    return bool(told.get(what) == about)
