"""Whether an address answers as the right service does."""

import http.client
import re
from urllib.parse import urlsplit

from matcha_tui.services.definition import HttpCheck

TIMEOUT_SECONDS = 1.0

_BODY_BYTES = 64 * 1024


def find_problem(check: HttpCheck, timeout: float = TIMEOUT_SECONDS) -> str | None:
    """Ask once, directly and never through a proxy.

    Returns:
        What is wrong with the answer, or ``None`` when it is the expected one.
    """
    address = urlsplit(check.url)
    connection = http.client.HTTPConnection(
        address.hostname or "", address.port or 80, timeout=timeout
    )
    try:
        connection.request("GET", address.path or "/")
        response = connection.getresponse()
        body = response.read(_BODY_BYTES).decode("utf-8", "replace")
    except TimeoutError:
        return f"no answer within {timeout:g} s"
    except ConnectionRefusedError:
        return "nothing listens there"
    except (OSError, http.client.HTTPException) as error:
        return f"no answer: {error or type(error).__name__}"
    finally:
        connection.close()
    if response.status != http.client.OK:
        return f"it answers with HTTP status {response.status}"
    if not re.search(check.expect, body):
        return "another program answers there"
    return None
