"""`python -m benchmarks [COMMAND]`; without a command, all of them with their defaults."""

import click

from benchmarks.access import access
from benchmarks.backoffice.command import backoffice
from benchmarks.licenses import licenses
from benchmarks.pages import pages
from benchmarks.webhooks import webhooks


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """What the shop costs. Without a command: all of them with their defaults.

    `python -m benchmarks.search` asks the search index alone.
    """
    if context.invoked_subcommand is None:
        for command in (pages, webhooks, licenses, access, backoffice):
            context.invoke(command)


main.add_command(pages)
main.add_command(webhooks)
main.add_command(licenses)
main.add_command(access)
main.add_command(backoffice)

if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
