import getpass
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy import select

from shop.accounts.models import normalize_email
from shop.db import session, utcnow
from shop.downloads.acts import customer
from shop.licenses import acts, files, finding, why
from shop.licenses.codes import Code
from shop.licenses.models import License
from shop.licenses.pool.commands import pool_group
from shop.licenses.sentences import Reader
from shop.licenses.signing import NoSigner
from shop.orders.models import Order, OrderLine


@click.group("licenses")
def licenses_group() -> None:
    """Licenses and their files."""


@licenses_group.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--fingerprint", help="Of the machine; without it, any is right.")
@click.option("--released", type=click.DateTime(["%Y-%m-%d"]), help="Of the program's version.")
def verify_command(file: Path, fingerprint: str | None, released: datetime | None) -> None:
    """Say whether a license file is ours, and what it is worth now."""
    try:
        contents = files.unpack(file.read_text(errors="replace"))
    except (files.BadFile, NoSigner) as error:
        raise click.ClickException(str(error)) from None
    released_at = released.replace(tzinfo=UTC) if released else utcnow()
    code = files.judge(contents, fingerprint or contents["fingerprint"], released_at)
    for name, value in contents.items():
        click.echo(f"{name}: {', '.join(value) if isinstance(value, list) else value}")
    click.echo(f"{code}: {code.detail}")
    if code is not Code.VALID:
        raise click.exceptions.Exit(1)


@licenses_group.command("find")
@click.argument("characters")
def find_command(characters: str) -> None:
    """List licenses by their key or by its last characters, four or more."""
    for license in finding.by_key(characters):
        click.echo(_line(license))


def _line(license: License) -> str:
    sold = select(Order.number).join(OrderLine).where(OrderLine.id == license.order_line_id)
    limit = license.machine_limit or "any"
    return (
        f"{license.id}  …-{license.last_characters}  {license.product.title}  {license.status}  "
        f"{license.machines}/{limit} machines  order {session.scalar(sold) or '-'}"
    )


@licenses_group.command("suspend")
@click.argument("license_id", type=int)
@click.option("--reason", required=True)
def suspend_command(license_id: int, reason: str) -> None:
    """Let a license rest until it is resumed."""
    _act(license_id, lambda license: acts.suspend(license, reason))


@licenses_group.command("resume")
@click.argument("license_id", type=int)
def resume_command(license_id: int) -> None:
    """Let a suspended license work again."""
    _act(license_id, acts.resume)


@licenses_group.command("revoke")
@click.argument("license_id", type=int)
@click.option("--reason", required=True)
def revoke_command(license_id: int, reason: str) -> None:
    """End a license for good."""
    _act(license_id, lambda license: acts.revoke(license, reason))


@licenses_group.command("give")
@click.argument("email")
@click.argument("sku")
@click.option("--reason", required=True)
@click.option("--by", "who", default=getpass.getuser, help="Who gives it; you, if not said.")
def give_command(email: str, sku: str, reason: str, who: str) -> None:
    """Give the customer EMAIL a license of the variant SKU, without money."""
    license = acts.give(customer(email), sku, who, reason)
    click.echo(_line(license))


@click.command("access")
@click.argument("email")
def access_command(email: str) -> None:
    """Tell why EMAIL has access to what, and why not."""
    for entry in why.entries(why.person_named(normalize_email(email)), Reader.STAFF):
        click.echo(f"{entry.title}: {entry.what}: {entry.told.pill[1]}")
        for sentence in entry.told.sentences:
            click.echo(f"    {sentence}")


def _act(license_id: int, act: Callable[[License], None]) -> None:
    license = session.get(License, license_id)
    if license is None:
        raise click.ClickException(f"There is no license {license_id}.")
    act(license)
    click.echo(_line(license))


licenses_group.add_command(pool_group)

commands: list[click.Command] = [licenses_group, access_command]
