"""Moved: see tests/browser.py."""

from tests.browser import Browser, open_browser

__all__ = ["Browser", "open_browser"]
