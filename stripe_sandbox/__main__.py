import argparse
import signal
import sys
from pathlib import Path

from stripe_sandbox import resources
from stripe_sandbox.conform import routes
from stripe_sandbox.http.operations import REGISTRY
from stripe_sandbox.server import Server
from stripe_sandbox.settings import Settings


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    if options.operations:
        list_operations()
        return
    settings = Settings(
        data=options.data,
        public_url=options.public_url,
        settle_after=options.settle_after,
        webhook_workers=options.webhook_workers,
        webhooks=_webhooks(options),
    )
    server = Server(settings, options.port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server.start()
    sys.stdout.write(f"Stripe sandbox: {server.url}\n")
    sys.stdout.flush()
    try:
        server.serve()
    except KeyboardInterrupt:
        server.stop()


def list_operations() -> None:
    """Print what is built, and how much of the library's API that is."""
    resources.load()
    built = sorted((path, verb) for verb, path in REGISTRY.operations)
    for path, verb in built:
        sys.stdout.write(f"{verb.upper():6} {path}\n")
    sys.stdout.write(f"{len(built)} of the library's {len(routes())} operations are built.\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("stripe-sandbox", description="A local stand-in for Stripe.")
    parser.add_argument("--operations", action="store_true", help="list what is built, and end")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--data", type=Path, help="folder of the database (default: memory)")
    parser.add_argument("--webhook-url", help="where all events are sent")
    parser.add_argument("--webhook-secret", help="whsec_... that signs them")
    parser.add_argument("--public-url", default="", help="address of the hosted pages")
    parser.add_argument("--webhook-workers", type=int, default=1)
    parser.add_argument(
        "--settle-after",
        type=float,
        default=15,
        help="seconds until bank debits and slow refunds end (default: 15)",
    )
    return parser


def _webhooks(options: argparse.Namespace) -> list[tuple[str, str]]:
    if not options.webhook_url:
        return []
    if not (options.webhook_secret or "").startswith("whsec_"):
        raise SystemExit("--webhook-url needs --webhook-secret whsec_...")
    return [(options.webhook_url, options.webhook_secret)]


if __name__ == "__main__":
    main()
