"""Who carries parcels, and where they can be followed."""

from types import MappingProxyType
from urllib.parse import quote, urlsplit

LINKS = MappingProxyType(
    {
        "DHL": "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}",
        "DPD": "https://tracking.dpd.de/status/en_US/parcel/{}",
        "FedEx": "https://www.fedex.com/fedextrack/?trknbr={}",
        "GLS": "https://gls-group.com/track/{}",
        "Royal Mail": "https://www.royalmail.com/track-your-item#/tracking-results/{}",
        "UPS": "https://www.ups.com/track?tracknum={}",
        "USPS": "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
    }
)


def link_of(carrier: str, number: str) -> str:
    """Empty for a carrier that we do not know."""
    link = LINKS.get(carrier, "")
    return link.format(quote(number, safe="")) if link and number else ""


def is_web_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname)
