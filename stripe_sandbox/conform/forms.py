"""Decode `a[b][0][c]=d`, the form encoding of Stripe's API."""

import re
from typing import Any
from urllib.parse import parse_qsl


def decode_form(body: str) -> dict[str, Any]:
    """Nested dicts and lists of strings; `a[]=x` appends."""
    tree: dict[str, Any] = {}
    for key, value in parse_qsl(body, keep_blank_values=True):
        *parents, last = [key.partition("[")[0], *re.findall(r"\[([^\]]*)\]", key)]
        node = tree
        for part in parents:
            child = node.setdefault(part or str(len(node)), {})
            # `a=1&a[b]=2` is nonsense; the later, deeper form wins
            node = child if isinstance(child, dict) else node
        node[last or str(len(node))] = value
    decoded: dict[str, Any] = {key: _with_lists(value) for key, value in tree.items()}
    return decoded


def _with_lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    children = {key: _with_lists(value) for key, value in node.items()}
    if children and all(key.isdigit() for key in children):
        return [children[key] for key in sorted(children, key=int)]
    return children
