from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from shop.accounts.access import SignInRequired, required_role
from shop.downloads import delivery, grants, links, news, releases, sources

bp = Blueprint("downloads", __name__, template_folder="templates")


@bp.get("/downloads/<token>")
def show(token: str) -> str:
    """The stable page of a purchase: every version, and how many downloads are left."""
    grant = grants.find(token)
    versions = releases.of([grant.product_id]).get(grant.product_id, [])
    link = sources.Source.of_link(grant.product)
    shelf = releases.shelf(grant, versions)
    return render_template(
        "downloads/show.html", grant=grant, shelf=shelf, link=link, news_words=news.WORDS
    )


@bp.post("/downloads/<token>/links")
def create_link(token: str) -> Response:
    grant = grants.find(token)
    link = delivery.offer(grant, request.form.get("file_id", ""))
    return redirect(link.url, 303)


@bp.post("/downloads/<token>/news")
def ask_for_news(token: str) -> Response:
    """The box that says "tell me", ticked or not."""
    grant = grants.find(token)
    wants = "wants_news" in request.form
    news.ask(grant, wants=wants)
    flash("We will tell you by mail." if wants else "You get no more mails about it.", "good")
    if "from_list" in request.form:
        return redirect(url_for(".index"), 303)
    return redirect(url_for(".show", token=token), 303)


@bp.get("/downloads/news/<token>")
def show_news(token: str) -> str:
    """From the link in a mail, without signing in; only its button changes something."""
    return render_template("downloads/news.html", grant=news.grant_of(token), words=news.NO_MORE)


@bp.post("/downloads/news/<token>")
def end_news(token: str) -> Response:
    news.ask(news.grant_of(token), wants=False, words=news.NO_MORE)
    return redirect(url_for(".show_news", token=token), 303)


@bp.errorhandler(SignInRequired)
def ask_to_sign_in(_error: SignInRequired) -> Response:
    """And come back to the stable page, also from its buttons."""
    page = url_for("downloads.show", **(request.view_args or {}))
    return redirect(url_for("accounts.show_sign_in", next=page), 303)


@bp.get("/files/<token>")
def deliver(token: str) -> Response | tuple[str, int]:
    """The file itself. It counts, so this GET writes; HEAD does not."""
    try:
        claim = links.read(token)
    except links.LinkEnded as ended:
        grant = grants.get(ended.claim.grant_id)
        return render_template("downloads/ended.html", grant=grant), ended.status
    return delivery.send(claim)


@bp.get("/account/downloads")
@required_role()
def index() -> str:
    """All downloads of the signed-in customer, the newest version of each."""
    mine = grants.mine()
    versions = releases.of({grant.product_id for grant in mine})
    shelves = {
        grant.id: releases.shelf(grant, versions.get(grant.product_id, [])) for grant in mine
    }
    offers = {grant.id: sources.Source.of_link(grant.product) for grant in mine}
    return render_template(
        "downloads/index.html", grants=mine, shelves=shelves, links=offers, news_words=news.WORDS
    )
