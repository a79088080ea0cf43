"""What the license API takes and answers."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from shop import api
from shop.licenses.finds import Question
from shop.licenses.keys import LONGEST

LINE = r"^[^\x00-\x1f\x7f]*$"
Key = Annotated[str, StringConstraints(max_length=LONGEST, pattern=LINE)]
Fingerprint = Annotated[
    str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")
]
Version = Annotated[str, StringConstraints(max_length=50, pattern=LINE)]
Name = Annotated[str, StringConstraints(max_length=100, pattern=LINE)]
Nonce = Annotated[str, StringConstraints(max_length=128, pattern=r"^[\x21-\x7e]*$")]
Entitlement = Annotated[str, StringConstraints(max_length=100, pattern=LINE)]


class QuestionIn(api.Input):
    key: Key = Field(description="As it was typed; case and hyphens do not matter.")
    version: Version | None = Field(None, description="Of the program that asks.")
    nonce: Nonce | None = Field(None, description="Comes back signed: proof of a fresh answer.")


class ValidateIn(QuestionIn):
    fingerprint: Fingerprint | None = Field(None, description="Of the machine; a hash is best.")
    entitlements: list[Entitlement] = Field([], max_length=50, description="All are needed.")

    def question(self) -> Question:
        return Question(self.key, self.fingerprint, self.version, frozenset(self.entitlements))


class MachineIn(QuestionIn):
    fingerprint: Fingerprint = Field(description="Of the machine; a hash is best.")

    def question(self) -> Question:
        return Question(self.key, self.fingerprint, self.version)


class ActivateIn(MachineIn):
    name: Name = Field("", description="Of the machine, for its owner.")


class LicenseOut(api.Output):
    status: str
    product_id: int
    product: str
    key_ending: str
    issued_at: datetime
    expires_at: datetime | None
    on_expiry: str
    machines: int
    machine_limit: int | None
    heartbeat_seconds: int | None
    entitlements: list[str]


class ActivationOut(api.Output):
    fingerprint: str
    name: str
    version: str
    activated_at: datetime
    last_seen_at: datetime
    dies_at: datetime | None


class AnswerOut(api.Output):
    valid: bool
    code: str
    detail: str
    license: LicenseOut | None
    activation: ActivationOut | None
    nonce: str | None
    date: datetime
    signature: str = Field(description="Ed25519 over the canonical JSON of all the rest.")


class FileAnswerOut(AnswerOut):
    file: str | None = Field(description="The license file, as text.")


class PublicKeyOut(api.Output):
    algorithm: str = "Ed25519"
    public_key: str = Field(description="32 bytes in base64.")
