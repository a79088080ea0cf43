"""The front page, a product's page, its pictures, and what crawlers and browsers ask a shop for."""

from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, render_template, request, send_from_directory
from sqlalchemy import select

from shop import config
from shop.catalog import artwork, product_page
from shop.catalog.home import front_page
from shop.catalog.models import Category, Product, Status
from shop.catalog.related import related
from shop.catalog.shelf import category_url, product_url
from shop.db import session
from shop.errors import NotFound
from shop.web import YEAR, static_url

bp = Blueprint("catalog", __name__, template_folder="templates")

PICTURES = frozenset({".svg", ".png", ".jpg", ".jpeg", ".webp", ".avif", ".gif"})
PICTURE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
MOST_ADDRESSES = 50_000  # of one site map, by its standard


@bp.get("/")
def home() -> str:
    return render_template("catalog/home.html", page=front_page(config.current().currency))


@bp.get("/products/<slug>")
def product(slug: str) -> str:
    settings = config.current()
    page = product_page.read(slug, settings.currency)
    view = request.args.get("view", 0, type=int)
    return render_template(
        "catalog/product.html",
        page=page,
        related=related(page.id, page.category_id, settings.currency),
        view=view if 0 <= view < len(page.images) else 0,
        prices_include_tax=settings.prices_include_tax,
    )


@bp.get("/media/<path:path>")
def media(path: str) -> Response:
    """A picture; its address changes when it does, so it is kept for good."""
    folder = (config.current().data_dir / "media").resolve()
    if "\0" in path or not _is_picture(folder, path):
        raise NotFound
    return _picture(send_from_directory(folder, path, max_age=YEAR))


def _is_picture(folder: Path, path: str) -> bool:
    """By its name, and inside the folder even when it is a link."""
    file = folder / path
    return file.suffix.lower() in PICTURES and file.resolve().is_relative_to(folder)


@bp.get("/hero.svg")
def hero() -> Response:
    """The front page's picture, drawn from the shop's name."""
    name = config.current().shop_name
    return _picture(Response(_hero(name), mimetype="image/svg+xml"))


@lru_cache(maxsize=8)
def _hero(name: str) -> bytes:
    return artwork.draw(name, name, view=2)


def _picture(response: Response) -> Response:
    response.cache_control.public = True
    response.cache_control.max_age = YEAR
    response.cache_control.immutable = True
    response.headers["Content-Security-Policy"] = PICTURE_POLICY  # a drawing may hold a script
    return response


@bp.get("/robots.txt")
def robots() -> Response:
    return _for_an_hour(render_template("catalog/robots.txt"), "text/plain")


@bp.get("/sitemap.xml")
def sitemap() -> Response:
    published = Product.status == Status.PUBLISHED
    products = session.execute(
        select(Product.slug, Product.updated_at).where(published).limit(MOST_ADDRESSES - 1_000)
    )
    categories = session.scalars(select(Category.slug).limit(990))
    page = render_template(
        "catalog/sitemap.xml",
        addresses=["/", "/products", *map(category_url, categories)],
        products=[(product_url(slug), at.date().isoformat()) for slug, at in products],
    )
    return _for_an_hour(page, "application/xml")


@bp.get("/manifest.webmanifest")
def manifest() -> Response:
    icon = static_url("icon.svg")
    page = render_template("catalog/manifest.webmanifest", icon=icon)
    return _for_an_hour(page, "application/manifest+json")


def _for_an_hour(text: str, mimetype: str) -> Response:
    response = Response(text, mimetype=mimetype)
    response.cache_control.public = True
    response.cache_control.max_age = 3600
    return response
