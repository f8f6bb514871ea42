"""Where Azure's price list is, and how patient to be with it."""

from collections.abc import Mapping
from dataclasses import dataclass

PUBLIC_LIST = "https://prices.azure.com/api/retail/prices"
LIST_VARIABLE = "MATCHA_PRICES_URL"
"""Names another address for the price list: a proxy's, for instance."""


@dataclass(frozen=True, slots=True)
class PriceList:
    """The price list, and how patient to be with it.

    Attributes:
        url: Its address.
        currency: In which to answer: ``EUR``.
        certificates: A file of the authorities to trust; ``None`` for the usual ones.
        timeout: Seconds to wait for each sign of life.
        deadline: Seconds for everything.
    """

    url: str
    currency: str
    certificates: str | None
    timeout: float = 10.0
    deadline: float = 60.0


def find_price_list(environment: Mapping[str, str], currency: str) -> PriceList:
    """Return the price list that an environment names.

    Args:
        environment: Its ``MATCHA_PRICES_URL`` and ``SSL_CERT_FILE`` count.
        currency: In which to answer, as ISO 4217 has it.
    """
    return PriceList(
        url=environment.get(LIST_VARIABLE) or PUBLIC_LIST,
        currency=currency,
        certificates=environment.get("SSL_CERT_FILE") or None,
    )
