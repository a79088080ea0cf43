"""Descriptions: Markdown, with the HTML that importers bring, made safe to show."""

import nh3
from markdown_it import MarkdownIt

TAGS = {
    *("p", "br", "hr", "blockquote", "pre", "code", "h2", "h3", "h4", "ul", "ol", "li"),
    *("strong", "b", "em", "i", "s", "sub", "sup", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}

_markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def render(text: str) -> str:
    """HTML that is safe inside a page. A first-level heading becomes a second: the page has one."""
    tokens = _markdown.parse(text.replace("\0", ""))
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"
    return nh3.clean(
        _markdown.renderer.render(tokens, _markdown.options, {}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener noreferrer",
    ).strip()
