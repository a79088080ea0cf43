"""The bank's page, where a buyer proves to be the owner of the card."""

from flask import abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from stripe_sandbox.errors import Json
from stripe_sandbox.hosted.pages import box, bp, with_query
from stripe_sandbox.payments import answers

Page = BaseResponse | tuple[str, int] | str


@bp.get("/3ds/<id>")
def show_challenge(id: str) -> Page:
    with box().store.transaction():
        intent = _find(id)
        if intent["status"] != "requires_action":
            return _leave(intent)
        return render_template("hosted/three_d_secure.html", intent=intent, is_framed=_is_framed())


@bp.post("/3ds/<id>")
def answer_challenge(id: str) -> Page:
    with box().store.transaction():
        intent = _find(id)
        if intent["status"] == "requires_action":
            passed = request.form.get("outcome") == "complete"
            answers.answer(box(), intent, passed=passed)
        return _leave(intent)


def _find(id: str) -> Json:
    """Ends the request when there is no such payment or setup intent."""
    intent = box().store.get(id)
    if intent is None or intent["object"] not in answers.AUTHENTICATE:
        abort(make_response(render_template("hosted/gone.html", session=None), 404))
    return intent


def _is_framed() -> bool:
    """Inside the frame that Stripe.js laid over the shop's page."""
    return "framed" in request.values


def _leave(intent: Json) -> Page:
    return_url = box().store.private(intent["id"]).get("return_url")
    if _is_framed() or not return_url:
        return render_template("hosted/challenge_done.html", intent=intent)
    is_good = intent["status"] in ("succeeded", "processing", "requires_capture")
    if return_url.startswith(f"{box().settings.public_url}/"):  # a page of ours asks the intent
        return redirect(return_url, 303)
    kind = intent["object"]
    query = {
        kind: intent["id"],
        f"{kind}_client_secret": intent["client_secret"],
        "redirect_status": "succeeded" if is_good else "failed",
    }
    return redirect(with_query(return_url, **query), 303)
