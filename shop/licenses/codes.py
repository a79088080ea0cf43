"""What a program may be told about a license: a word for it, and a sentence for its user."""

import enum


class Code(enum.StrEnum):
    VALID = "VALID"
    NOT_FOUND = "NOT_FOUND"
    REVOKED = "REVOKED"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    OVERDUE = "OVERDUE"
    NO_MACHINE = "NO_MACHINE"
    NO_MACHINES = "NO_MACHINES"
    FINGERPRINT_SCOPE_MISMATCH = "FINGERPRINT_SCOPE_MISMATCH"
    HEARTBEAT_DEAD = "HEARTBEAT_DEAD"
    TOO_MANY_MACHINES = "TOO_MANY_MACHINES"
    TOO_MANY_CHANGES = "TOO_MANY_CHANGES"
    ENTITLEMENTS_MISSING = "ENTITLEMENTS_MISSING"
    VERSION_SCOPE_MISMATCH = "VERSION_SCOPE_MISMATCH"
    OFFLINE_NOT_ALLOWED = "OFFLINE_NOT_ALLOWED"
    DEACTIVATED = "DEACTIVATED"

    @property
    def detail(self) -> str:
        return DETAILS[self]


DETAILS = {
    Code.VALID: "The license is good.",
    Code.NOT_FOUND: "There is no license with this key. Compare it with the one in your account.",
    Code.REVOKED: "This license was taken back: its money was returned, or never came.",
    Code.SUSPENDED: "This license is on hold. Your account says why.",
    Code.EXPIRED: "This license has expired.",
    Code.OVERDUE: "This license file is too old. Get a new one while the license is good.",
    Code.NO_MACHINE: "The license is not in use yet. Activate this machine first.",
    Code.NO_MACHINES: "The license is not in use anywhere. Activate this machine first.",
    Code.FINGERPRINT_SCOPE_MISMATCH: "The license is used by another machine than this one.",
    Code.HEARTBEAT_DEAD: "This machine was silent for too long. Activate it again.",
    Code.TOO_MANY_MACHINES: "All seats of this license are taken. Free one in your account.",
    Code.TOO_MANY_CHANGES: "The license was moved too often today. Try again tomorrow.",
    Code.ENTITLEMENTS_MISSING: "The license does not include this part of the program.",
    Code.VERSION_SCOPE_MISMATCH: (
        "Updates of this license have ended, and this version came out later. "
        "Versions from before go on working."
    ),
    Code.OFFLINE_NOT_ALLOWED: "There are no license files for this license.",
    Code.DEACTIVATED: "This machine does not use the license any more.",
}
