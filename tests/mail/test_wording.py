"""What becomes of words and values: plain text and HTML, and nothing but."""

import pytest
from flask import Flask

from shop.mail import checking, kinds, texts
from shop.mail.kinds import Kind, Placeholder, Value, Words

KIND = Kind(
    "test",
    kinds.ORDERS,
    "A test",
    "Never.",
    Words("About {number}", "Hello {name},\n\n{keys}\n\n[See it]({order_link})"),
    {
        "name": Placeholder("Who", "Ada"),
        "number": Placeholder("Which", "K-1"),
        "place": Placeholder("Where", "Paris"),
        "keys": Placeholder("The keys", ()),
        "order_link": Placeholder("The way", "https://shop.example/o/1", is_required=True),
    },
)
GOOD = "[See it]({order_link})"


def draw(text: str, **values: Value) -> texts.Letter:
    return texts.draw(Words("About {number}", text), KIND.example | values)


def problem(text: str, subject: str = "Hello") -> str:
    """The one sentence about these words; empty when they are good."""
    found = checking.problems(KIND, Words(subject, text)).values()
    sentences = [sentence for said in found for sentence in said]
    assert len(sentences) <= 1
    return "".join(sentences)


@pytest.mark.usefixtures("app")
def test_a_mail_has_both_parts() -> None:
    letter = draw(
        "# Hi\n\nHello **{name}**,\nsee [our page](https://a.example/?n={number}).\n\n- one\n- two"
    )
    assert letter.subject == "About K-1"
    assert letter.text.startswith(
        "Hi\n\nHello Ada,\nsee our page (https://a.example/?n=K-1).\n\n- one\n- two\n\nKeystall\n"
    )
    assert "<strong>Ada</strong>,<br" in letter.html
    assert 'href="https://a.example/?n=K-1"' in letter.html
    assert "<li>" in letter.html


@pytest.mark.usefixtures("app")
def test_a_link_alone_is_a_button_and_code_alone_a_box() -> None:
    letter = draw("[See it]({order_link})\n\n`{number}`")
    assert letter.text.startswith("See it:\nhttps://shop.example/o/1\n\nK-1\n")
    assert 'border-radius: 10px">See it</a>' in letter.html
    assert 'overflow-wrap: anywhere">K-1</p>' in letter.html


@pytest.mark.usefixtures("app")
def test_a_value_brings_neither_markdown_nor_html_nor_placeholders() -> None:
    nasty = "[click](http://evil.example) **x** <script>alert(1)</script> {number} {{ 7*7 }}"
    letter = draw("Hello {name}", name=nasty)
    assert " ".join(letter.text.split()).startswith(f"Hello {nasty}")
    assert 'evil.example"' not in letter.html
    assert "<script>" not in letter.html
    assert "<strong>" not in letter.html
    assert "49" not in letter.text + letter.html


@pytest.mark.usefixtures("app")
def test_what_is_empty_leaves_no_gap_and_what_is_missing_no_paragraph() -> None:
    assert draw("Hello {name},", name="").text.startswith("Hello,\n")
    assert draw("Hi\n\nIt goes to {place}.\n\nBye", place=None).text.startswith("Hi\n\nBye\n")
    assert draw("Hi\n\n{keys}\n\nBye", keys=()).text.startswith("Hi\n\nBye\n")


@pytest.mark.usefixtures("app")
def test_html_that_is_typed_is_text() -> None:
    letter = draw('<img src=x onerror="alert(1)"> [x](javascript:alert(1))')
    assert "<img" not in letter.html
    assert 'href="javascript' not in letter.html


@pytest.mark.parametrize(
    "attempt",
    [
        "{{ ''.__class__ }}",
        "{{ 7*7 }}",
        "{% for x in ().__class__.__base__.__subclasses__() %}",
        "{name.__class__}",
        "{0}",
        "{name!r}",
        "{}",
        "{Name}",
        "{{name}}",
        "{# comment #}",
        "} {",
    ],
)
def test_nothing_is_computed(attempt: str) -> None:
    for said in (
        checking.problems(KIND, Words("Hello", f"{attempt} {GOOD}"))["text"],
        checking.problems(KIND, Words(attempt, GOOD))["subject"],
    ):
        assert "is no placeholder" in said[0]


def test_good_words_have_no_problem() -> None:
    assert problem(GOOD) == ""
    assert not checking.problems(KIND, KIND.words)


@pytest.mark.parametrize(
    ("text", "subject", "said"),
    [
        (f"{{nane}} {GOOD}", "Hi", "There is no {nane} in this mail. Did you mean {name}?"),
        (f"{{zzzzzz}} {GOOD}", "Hi", "There is no {zzzzzz} in this mail."),
        ("Hello", "Hi", "{order_link} is missing: the way."),
        (f"The keys: {{keys}}\n\n{GOOD}", "Hi", "{keys} needs a paragraph of its own."),
        (f"- {{keys}}\n\n{GOOD}", "Hi", "{keys} needs a paragraph of its own."),
        (f"[x]({{name}}) {GOOD}", "Hi", "“{name}” is no address for a link."),
        (f"[x](ftp://a) {GOOD}", "Hi", "“ftp://a” is no address for a link."),
        (f'[x](https://a.example "{{name}}") {GOOD}', "Hi", "{name} stands where it cannot"),
        (GOOD, " ", "A mail needs a subject."),
        (GOOD, "a\nb", "One line of 200 characters at most."),
        (GOOD, "{order_link}", "{order_link} is for the text"),
        ("x" * 20_001, "Hi", "20000 characters at most."),
    ],
)
def test_what_is_wrong_is_said(text: str, subject: str, said: str) -> None:
    assert problem(text, subject).startswith(said)


def test_every_delivered_mail_is_good(app: Flask) -> None:
    assert len(kinds.known()) > 30
    for kind in kinds.known():
        assert checking.problems(kind, kind.words) == {}, kind.key
        letter = texts.draw(kind.words, kind.example)
        assert "{" not in letter.subject + letter.text, kind.key
