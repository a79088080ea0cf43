import hashlib
import hmac


def signature(body: str, secrets: list[str], timestamp: int) -> str:
    """The Stripe-Signature header; one `v1` per secret, two while a secret is being rolled."""
    signed = f"{timestamp}.{body}".encode()
    digests = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={digest}" for digest in digests)])
