"""Which person reads the mails of an address."""

DOTLESS = ("gmail.com", "googlemail.com")


def person_of(email: str) -> str:
    """The mailbox behind an address: `Mara.K+shop@gmail.com` is `marak@gmail.com`."""
    local, _, domain = email.strip().casefold().rpartition("@")
    local = local.partition("+")[0]
    if domain in DOTLESS:
        local, domain = local.replace(".", ""), DOTLESS[0]
    return f"{local}@{domain}"
