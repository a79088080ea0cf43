"""What is typed for a kind of mail."""

from wtforms import Form, StringField, TextAreaField

from shop.mail import checking
from shop.mail.kinds import Kind, Words


def one_kind_of_break(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n")


class WordsForm(Form):
    subject = StringField("Subject")
    text = TextAreaField(
        "Text",
        filters=[one_kind_of_break],
        description="Markdown: **bold**, - lists, [label](address). A link that stands alone in "
        "its paragraph is a button, and `code` that does is a box.",
        render_kw={"rows": 18, "spellcheck": "true"},
    )

    @property
    def words(self) -> Words:
        return Words(self.subject.data or "", self.text.data or "")

    def validate_for(self, kind: Kind) -> bool:
        """Whether it can be made into mails of this kind; if not, the fields say why."""
        self.validate()
        found = checking.problems(kind, self.words)
        for name, sentences in found.items():
            self[name].errors = [" ".join(sentences)]
        return not found
