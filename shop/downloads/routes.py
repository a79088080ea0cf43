from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from shop.accounts.access import SignInRequired, required_role
from shop.downloads import delivery, grants, links, releases, sources

bp = Blueprint("downloads", __name__, template_folder="templates")


@bp.get("/downloads/<token>")
def show(token: str) -> str:
    """The stable page of a purchase: every version, and how many downloads are left."""
    grant = grants.find(token)
    versions = releases.of([grant.product_id]).get(grant.product_id, [])
    link = sources.Source.of_link(grant.product)
    return render_template("downloads/show.html", grant=grant, versions=versions, link=link)


@bp.post("/downloads/<token>/links")
def create_link(token: str) -> Response:
    grant = grants.find(token)
    link = delivery.offer(grant, request.form.get("file_id", ""))
    return redirect(link.url, 303)


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
    offers = {grant.id: sources.Source.of_link(grant.product) for grant in mine}
    return render_template("downloads/index.html", grants=mine, versions=versions, links=offers)
