"""A visitor's browser, and what no visitor should ever meet in it."""

import re

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    FrameLocator,
    Page,
    Request,
    WebError,
)

from tests.servers.house import House

PATIENCE = 15_000  # milliseconds
DESKTOP, PHONE = 1280, 360
HEIGHT = 800
RUN_AXE = "options => axe.run(document, options).then(found => found.violations)"
AXE: dict[str, object] = {"resultTypes": ["violations"]}


class Window:
    """Complains about faults of scripts, breaches of policy, and requests to strangers' servers.

    `expected` are the HTTP errors that the test is about.
    """

    def __init__(
        self, chromium: Browser, house: House, width: int = DESKTOP, *, scripts: bool = True
    ) -> None:
        self.house, self.width = house, width
        self.expected: set[int] = set()
        self.complaints: list[str] = []
        self.context = chromium.new_context(
            base_url=house.base_url,
            viewport={"width": width, "height": HEIGHT},
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.on("console", self._hear)
        self.context.on("weberror", self._note_fault)
        self.context.on("request", self._watch)
        self.page: Page = self.context.new_page()

    def _hear(self, message: ConsoleMessage) -> None:
        status = re.search(r"responded with a status of (\d+)", message.text)
        if message.type in {"error", "warning"} and not (
            status and int(status[1]) in self.expected
        ):
            self.complaints.append(f"{message.type} on {self.page.url}: {message.text}")

    def _note_fault(self, fault: WebError) -> None:
        self.complaints.append(f"exception on {self.page.url}: {fault.error}")

    def _watch(self, request: Request) -> None:
        own = (self.house.base_url, self.house.sandbox.url, "data:", "blob:")
        if not request.url.startswith(own):
            self.complaints.append(f"request to {request.url}")

    @property
    def card_form(self) -> FrameLocator:
        """Stripe's fields."""
        return self.page.frame_locator("#card-fields iframe")

    def resize(self, width: int) -> None:
        """Without a new page: what depends on the width is CSS alone."""
        self.width = width
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        width: int = self.page.evaluate("document.documentElement.scrollWidth")
        return max(0, width - self.width)

    def findings(self) -> list[str]:
        """What axe-core finds on the page as it is; in the dark it looks at the colors alone."""
        found = []
        self.page.evaluate(AXE_SCRIPT)
        for scheme, options in (("light", AXE), ("dark", AXE | {"runOnly": ["color-contrast"]})):
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            for violation in self.page.evaluate(RUN_AXE, options):
                places = [node["html"][:120] for node in violation["nodes"][:3]]
                found.append(f"{self.page.url} {self.width} {scheme}: {violation['id']} {places}")
        return found

    def close(self) -> list[str]:
        """What there was to complain about."""
        self.context.close()
        return self.complaints
