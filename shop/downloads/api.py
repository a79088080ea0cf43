from datetime import datetime

from flask import Blueprint
from pydantic import Field
from werkzeug.wrappers import Response

from shop import api
from shop.downloads import delivery, grants, links, sources
from shop.downloads.sources import LARGEST_ID

bp = Blueprint("downloads_api", __name__, url_prefix="/api")


class DownloadLinkIn(api.Input):
    order_token: str | None = Field(
        None, pattern=r"^[A-Za-z0-9_-]{0,100}$", description="For guests: of the order."
    )
    file_id: int | None = Field(
        None, ge=1, le=LARGEST_ID, description="Empty for the newest version."
    )


class DownloadLinkOut(api.Output):
    url: str
    expires_at: datetime


@bp.post("/products/<int(max=2147483647):product_id>/download-link")
@api.endpoint(tag="Downloads", body=DownloadLinkIn, returns=DownloadLinkOut)
def create_download_link(product_id: int, body: DownloadLinkIn) -> DownloadLinkOut:
    """Get a link to a purchased file.

    It works for ten minutes and only for who asked: the same account, or a guest's same session
    cookie. A link asked for with a bearer token takes that token. A product without release files
    answers with its link attribute.
    """
    grant = grants.for_product(product_id, body.order_token)
    source_id = str(body.file_id) if body.file_id else sources.first(grant)
    return DownloadLinkOut.model_validate(delivery.offer(grant, source_id))


@bp.get("/files/<token>")
@api.endpoint(tag="Downloads")
def deliver_file(token: str) -> Response:
    """Download a file with the bearer token its link was made with.

    The answer is the file, or a redirect to where it is kept. One range of bytes may be asked for.
    """
    return delivery.send(links.read(token))
