"""`shop`, the command."""

from shop.loading import load


def main() -> None:
    load("shop.cli").main()


if __name__ == "__main__":
    main()
