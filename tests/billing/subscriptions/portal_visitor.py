"""Somebody on the pages of Stripe's portal: one form, one button."""

import html
import re
from urllib.parse import urljoin

from stripe_sandbox.testing import Control


def see(sandbox: Control, address: str) -> str:
    """The page that this address leads to."""
    answer = sandbox._http.get(address, timeout=10)
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(answer.text).split())


def confirm(sandbox: Control, address: str, **typed: str) -> str:
    """Press the page's first button; where it leads back to."""
    page = sandbox._http.get(address, timeout=10)
    action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
    assert action, page.text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    target = urljoin(page.url, html.unescape(action[1]))
    answer = sandbox._http.post(target, data=hidden | typed, timeout=30, allow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])
