"""Explains in one sentence what Azure's refusals mean, and what to do about each."""

import json
import re
from typing import cast

from azure.core.exceptions import (
    AzureError,
    DecodeError,
    HttpResponseError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.rest import HttpResponse

from matcha_tui.errors import MatchaError
from matcha_tui.system.plain_text import clean_line
from matcha_tui.terraform.explain import GENERAL, Explanation, Explanations

FIRST_REFUSAL = 400
"""Answers with this HTTP status, or one above, say no."""

_LONGEST_TEXT = 300
_TOO_MANY, _OWN_FAULTS = 429, 500
_LONGEST_ANSWER = 3_000
_EXPLANATIONS = Explanations("matcha_tui.targets.azure")
# What begins a sentence with a small letter once it is part of another; names are left as they are.
_OPENINGS = {"A", "An", "It", "Nobody", "Something", "The", "There", "You", "Your"}
_REFERENCE = re.compile(r"\s*(?:Trace ID|Correlation ID|Timestamp|To troubleshoot|Visit):?.*")
_SIGN_IN_URL = re.compile("/oauth2/|openid-configuration")
_SIGN_IN = "sign-in"  # the code of a failed sign-in that has none
# What an HTTP status means where the code is unknown: a sentence and what to do.
_STATUSES = {
    401: ("Azure does not accept the sign-in ({code}): {text}", "Run `az login`, then try again."),
    403: (
        "Azure does not allow {request} ({code}): {text}",
        "Ask for Contributor on the subscription; a right just given takes some minutes.",
    ),
    404: (
        "Azure knows nothing at {request} ({code}): {text}",
        "Check subscription, tenant and prefix; it may have been deleted by hand.",
    ),
    409: (
        "{request} is in conflict with what is there ({code}): {text}",
        "Wait a few minutes, then run the same command again.",
    ),
    429: (
        "Azure is asked too often and wants {wait} seconds of silence ({code})",
        "Wait that long, then run the same command again.",
    ),
}
_OTHER_STATUS = (
    "Azure answers {request} with {status} ({code}): {text}",
    "Run the same command again; if it stays so, look at https://azure.status.microsoft.",
)


class AzureRequestError(MatchaError):
    """Azure did not do what was asked.

    Attributes:
        status: The HTTP status, or ``None`` where there was no answer.
        code: Azure's own word for it, e.g. ``AuthorizationFailed``; may be empty.
    """

    def __init__(
        self, message: str, *, hint: str | None = None, status: int | None = None, code: str = ""
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.code = code


def explain_error(error: Exception, request: str) -> AzureRequestError:
    """Explain why a request, or the sign-in before it, came to nothing."""
    cause: BaseException | None = error
    while cause is not None:  # a sign-in wraps what the network did
        if isinstance(cause, ServiceRequestTimeoutError | ServiceResponseTimeoutError):
            return _explain_network("operation timed out", request)
        if isinstance(cause, ServiceRequestError | ServiceResponseError):
            return _explain_network(str(cause), request)
        if isinstance(cause, DecodeError):
            return explain_shape(request, "its answer is cut off or is not JSON")
        if isinstance(cause, HttpResponseError) and cause.response is not None:
            response = cast("HttpResponse", cause.response)
            if response.status_code >= FIRST_REFUSAL and not _SIGN_IN_URL.search(
                response.request.url
            ):
                return explain_response(response, request)
        cause = cause.__cause__
    if isinstance(error, AzureError):
        return explain_sign_in(str(error))
    return _explain_network(str(error), request)


def explain_sign_in(text: str) -> AzureRequestError:
    """Explain why a sign-in failed."""
    line = one_line(text, _LONGEST_ANSWER)
    found = re.search(r"AADSTS\d+", line)
    code = found[0] if found else _SIGN_IN
    if explanation := _EXPLANATIONS.explain(line):
        return _explained(explanation, code=code)
    said = one_line(_REFERENCE.sub("", line), _LONGEST_TEXT)
    return AzureRequestError(
        f"the sign-in to Azure failed: {said}", hint="Run: az login --tenant TENANT", code=code
    )


def explain_response(response: HttpResponse, request: str) -> AzureRequestError:
    """Explain an answer that is a refusal."""
    status = response.status_code
    code, text = _read_error(response)
    line = one_line(f"{code}: {text}", _LONGEST_ANSWER)
    # Azure's own faults say little of the cause; what was asked, and how long to wait, says more.
    is_own_fault = status == _TOO_MANY or status >= _OWN_FAULTS
    if not is_own_fault and (explanation := _EXPLANATIONS.explain(line)):
        return _explained(explanation, status=status, code=code)
    words = {
        "request": request,
        "status": str(status),
        "code": code or str(status),
        "text": one_line(text, _LONGEST_TEXT) or response.reason or "no reason given",
        "wait": response.headers.get("Retry-After", "some"),
    }
    message, hint = _STATUSES.get(status, _OTHER_STATUS)
    return AzureRequestError(message.format_map(words), hint=hint, status=status, code=code)


def explain_shape(request: str, problem: str) -> AzureRequestError:
    """Make the error for an answer that is no answer to what was asked."""
    return AzureRequestError(
        f"{request}: {problem}",
        hint="Try again; if it stays so, look for a proxy in between that changes answers.",
        code="UnexpectedAnswer",
    )


def one_line(text: str, longest: int) -> str:
    """Make one printable line of at most so many characters out of what came from outside."""
    line = " ".join(clean_line(text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _read_error(response: HttpResponse) -> tuple[str, str]:
    """Read code and sentence of a refusal: Resource Manager in JSON, storage in a header."""
    if code := response.headers.get("x-ms-error-code"):
        return code, ""
    try:
        content = json.loads(response.text())
    except ValueError:
        return "", ""
    error = content.get("error", content) if isinstance(content, dict) else {}
    if not isinstance(error, dict):
        return str(error), str(content.get("error_description", ""))
    return str(error.get("code") or ""), str(error.get("message") or "")


def _explain_network(text: str, request: str) -> AzureRequestError:
    """Explain why there was no answer; the network is not Azure's, and explained for all."""
    line = one_line(text, _LONGEST_ANSWER)
    if explanation := GENERAL.explain(line):
        return AzureRequestError(
            f"{request}: {_clause(explanation.meaning)}", hint=explanation.next_step
        )
    return AzureRequestError(
        f"{request}: it cannot be reached: {one_line(line, _LONGEST_TEXT)}",
        hint="Check the network, the VPN and HTTPS_PROXY, then run the same command again.",
    )


def _explained(
    explanation: Explanation, *, code: str, status: int | None = None
) -> AzureRequestError:
    suffix = f" ({code})" if code not in ("", _SIGN_IN) else ""
    return AzureRequestError(
        _clause(explanation.meaning) + suffix, hint=explanation.next_step, status=status, code=code
    )


def _clause(sentence: str) -> str:
    """Make an error's message of a sentence: without its capital and its full stop."""
    first, space, rest = sentence.removesuffix(".").partition(" ")
    return f"{first.lower() if first in _OPENINGS else first}{space}{rest}"
