"""What programs ask about their licenses. The key proves who asks; there is no cookie in it."""

from collections.abc import Callable

from flask import Blueprint

from shop import api
from shop.licenses import answers, files, keys, machines, signing, validation
from shop.licenses.shapes import (
    ActivateIn,
    AnswerOut,
    FileAnswerOut,
    MachineIn,
    PublicKeyOut,
    ValidateIn,
)
from shop.licenses.throttle import questions
from shop.licenses.validation import Verdict

bp = Blueprint("licenses_api", __name__, url_prefix="/api/licenses")
bp.after_request(answers.sign_problem)


@bp.post("/validate")
@api.endpoint(tag="Licenses", body=ValidateIn, returns=AnswerOut)
def validate(body: ValidateIn) -> AnswerOut:
    """Ask whether a license is good, here and now.

    With a fingerprint it is also the machine's sign of life. Whatever the answer, it is signed.
    """
    verdict = _throttled(body.key, lambda: validation.validate(body.question()))
    return answers.answer(verdict, body.nonce)


@bp.post("/activate")
@api.endpoint(tag="Licenses", body=ActivateIn, returns=AnswerOut)
def activate(body: ActivateIn) -> AnswerOut:
    """Take a seat for this machine; once more changes nothing."""
    verdict = _throttled(body.key, lambda: machines.activate(body.question(), body.name))
    return answers.answer(verdict, body.nonce)


@bp.post("/deactivate")
@api.endpoint(tag="Licenses", body=MachineIn, returns=AnswerOut)
def deactivate(body: MachineIn) -> AnswerOut:
    """Give this machine's seat back: the code is then `DEACTIVATED`."""
    verdict = _throttled(body.key, lambda: machines.deactivate(body.question()))
    return answers.answer(verdict, body.nonce)


@bp.post("/file")
@api.endpoint(tag="Licenses", body=ActivateIn, returns=FileAnswerOut)
def make_file(body: ActivateIn) -> FileAnswerOut:
    """Get a license file for a machine that cannot ask; it takes a seat."""
    made: list[str | None] = []

    def make() -> Verdict:
        verdict, file = files.make(body.question(), body.name)
        made.append(file)
        return verdict

    return answers.file_answer(_throttled(body.key, make), body.nonce, made[0])


@bp.get("/public-key")
@api.endpoint(tag="Licenses", returns=PublicKeyOut)
def show_public_key() -> PublicKeyOut:
    """Get the key that answers and license files are checked with.

    Build it into your program; what is fetched at run time proves nothing.
    """
    return PublicKeyOut(public_key=signing.current().public_key)


def _throttled(key: str, ask: Callable[[], Verdict]) -> Verdict:
    """:raises TooManyQuestions:"""
    key_hash = keys.digest(keys.read(key) or key)
    questions.check(key_hash)
    verdict = ask()
    questions.count(key_hash, exists=verdict.found is not None)
    return verdict
