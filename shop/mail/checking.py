"""Whether words can be made into a mail, and into one that is of use."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from markdown_it.token import Token

from shop.mail import wording
from shop.mail.kinds import Kind, Words

BRACES = re.compile(r"\{+[^{}]*\}*|\}+")
GOOD_ADDRESSES = ("https://", "http://", "mailto:")
LONGEST_SUBJECT = 200
LONGEST_TEXT = 20_000


def problems(kind: Kind, words: Words) -> dict[str, list[str]]:
    """By field, in sentences; empty when all is well."""
    found = {"subject": list(_in_subject(kind, words)), "text": list(_in_text(kind, words))}
    return {name: sentences for name, sentences in found.items() if sentences}


def _in_subject(kind: Kind, words: Words) -> Iterator[str]:
    if not words.subject.strip():
        yield "A mail needs a subject."
    if len(words.subject) > LONGEST_SUBJECT or "\n" in words.subject:
        yield f"One line of {LONGEST_SUBJECT} characters at most."
    yield from _bad_braces(kind, words.subject)
    for name in wording.PLACEHOLDER.findall(words.subject):
        if name in kind.placeholders and not kind.placeholders[name].fits_subject:
            yield f"{{{name}}} is for the text: a subject is shown on locked screens."


def _in_text(kind: Kind, words: Words) -> Iterator[str]:
    if len(words.text) > LONGEST_TEXT:
        yield f"{LONGEST_TEXT} characters at most."
        return
    if not words.text.strip():
        yield "A mail needs a text."
        return
    if bad := list(_bad_braces(kind, words.text)):
        yield from bad
        return
    pieces = wording.parse(words.text)
    used = {name for piece in pieces for name in wording.names_in(piece)}
    for name in sorted(set(wording.PLACEHOLDER.findall(words.text)) - used):
        yield f"{{{name}}} stands where it cannot be filled in."
    for name, known in kind.placeholders.items():
        if known.is_required and name not in used:
            yield f"{{{name}}} is missing: {known.meaning[:1].lower()}{known.meaning[1:]}."
    for piece in pieces:
        yield from _lost_blocks(kind, piece)
        yield from _bad_addresses(kind, piece)


def _bad_braces(kind: Kind, text: str) -> Iterator[str]:
    for written in BRACES.findall(text):
        found = wording.PLACEHOLDER.fullmatch(written)
        if found is None:
            yield (
                f"“{written[:60]}” is no placeholder. That is a name in single braces, such as "
                "{shop}; nothing is computed."
            )
        elif found[1] not in kind.placeholders:
            near = get_close_matches(found[1], kind.placeholders, n=1, cutoff=0.5)
            hint = f" Did you mean {{{near[0]}}}?" if near else ""
            yield f"There is no {written} in this mail.{hint}"


def _lost_blocks(kind: Kind, piece: list[Token]) -> Iterator[str]:
    own = wording.only_placeholder(piece)
    for name in wording.names_in(piece):
        if kind.placeholders[name].is_block and name != own:
            yield f"{{{name}}} needs a paragraph of its own."


def _bad_addresses(kind: Kind, piece: list[Token]) -> Iterator[str]:
    for token in piece:
        for part in token.children or []:
            address = wording.address_of(part)
            own = wording.IN_ADDRESS.fullmatch(address)
            is_ours = own is not None and kind.placeholders[own[1]].is_link
            is_good = is_ours or address.startswith(GOOD_ADDRESSES)
            if part.type == "link_open" and not is_good:
                yield (
                    f"“{_readable(address)}” is no address for a link. That begins with https:// "
                    "or is a placeholder that holds an address."
                )


def _readable(address: str) -> str:
    return wording.IN_ADDRESS.sub(r"{\1}", address)
