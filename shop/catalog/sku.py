import re
import unicodedata
from collections.abc import Mapping
from hashlib import sha256


def sku_for(handle: str, options: Mapping[str, str]) -> str:
    """A SKU for a variant that came without: `TEE-M-BLUE`, the same for the same options."""
    plain = unicodedata.normalize("NFKD", " ".join([handle, *options.values()]))
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode().lower())
    return "-".join(words).upper()[:60].rstrip("-") or tag(handle, options)


def distinct_sku(handle: str, options: Mapping[str, str]) -> str:
    """For when another variant has what `sku_for` says."""
    return f"{sku_for(handle, options)}-{tag(handle, options)}"


def tag(handle: str, options: Mapping[str, str]) -> str:
    return sha256(repr([handle, *sorted(options.items())]).encode()).hexdigest()[:8].upper()
