from datetime import UTC, datetime
from pathlib import Path

import click

from shop.db import utcnow
from shop.licenses import files
from shop.licenses.codes import Code


@click.group("licenses")
def licenses_group() -> None:
    """License files."""


@licenses_group.command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--fingerprint", help="Of the machine; without it, any is right.")
@click.option("--released", type=click.DateTime(["%Y-%m-%d"]), help="Of the program's version.")
def verify_command(file: Path, fingerprint: str | None, released: datetime | None) -> None:
    """Say whether a license file is ours, and what it is worth now."""
    try:
        contents = files.unpack(file.read_text(errors="replace"))
    except files.BadFile as error:
        raise click.ClickException(error.detail) from None
    released_at = released.replace(tzinfo=UTC) if released else utcnow()
    code = files.judge(contents, fingerprint or contents["fingerprint"], released_at)
    for name, value in contents.items():
        click.echo(f"{name}: {', '.join(value) if isinstance(value, list) else value}")
    click.echo(f"{code}: {code.detail}")
    if code is not Code.VALID:
        raise click.exceptions.Exit(1)


commands: list[click.Command] = [licenses_group]
