"""Says in one sentence what Azure's refusals mean, and what to do about each."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
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
from azure.core.pipeline.transport import HttpResponse as OlderHttpResponse
from azure.core.rest import HttpResponse

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.failure_rules import (
    CODE_RULES,
    NETWORK_RULES,
    OTHER_NETWORK,
    OTHER_SIGN_IN,
    OTHER_STATUS,
    SIGN_IN_RULES,
    STATUS_RULES,
    TIMEOUT,
    Rule,
)
from matcha_tui.terraform.plain_text import clean_line

AnyResponse = HttpResponse | OlderHttpResponse  # azure-mgmt-subscription still gives the latter

FIRST_REFUSAL = 400
"""Answers with this HTTP status, or one above, say no."""

_LONGEST_TEXT = 300
_REFERENCE = re.compile(r"\s*(?:Trace ID|Correlation ID|Timestamp|To troubleshoot|Visit):?.*")


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


@dataclass(frozen=True, slots=True)
class Complaint:
    """What Azure says of a request that it refused.

    Attributes:
        code: Its word for it, e.g. ``AuthorizationFailed``; may be empty.
        text: Its sentence; may be empty.
    """

    code: str
    text: str


def explain_error(error: Exception, request: str) -> AzureRequestError:
    """Explain why a request, or the sign-in before it, came to nothing.

    Args:
        error: What a client of Azure raised.
        request: What was asked and of whom: ``GET https://…/subscriptions``.
    """
    for cause in _causes(error):
        if isinstance(cause, ServiceRequestTimeoutError | ServiceResponseTimeoutError):
            return _failure(TIMEOUT, {"request": request})
        if isinstance(cause, ServiceRequestError | ServiceResponseError):
            return _explain_network(cause, request)
        if isinstance(cause, DecodeError):
            return explain_shape(request, "its answer is cut off or is not JSON")
        if isinstance(cause, HttpResponseError) and cause.response is not None:
            response = cast("AnyResponse", cause.response)
            if response.status_code >= FIRST_REFUSAL and not _is_sign_in(response):
                return explain_response(response, request)
    if isinstance(error, AzureError):
        return explain_sign_in(str(error))
    return _explain_network(error, request)


def explain_sign_in(text: str) -> AzureRequestError:
    """Explain why a sign-in failed.

    Args:
        text: What Microsoft Entra ID, the Azure CLI or a credential says.
    """
    line = _REFERENCE.sub("", one_line(text, 4 * _LONGEST_TEXT))
    found = re.search(r"AADSTS\d+", text)
    words = {"text": one_line(line, _LONGEST_TEXT), "code": found[0] if found else "sign-in"}
    for rule in SIGN_IN_RULES:
        if match := re.search(rule.pattern, text):
            return _failure(rule, words | match.groupdict(), code=words["code"])
    return _failure(OTHER_SIGN_IN, words, code=words["code"])


def explain_response(response: AnyResponse, request: str) -> AzureRequestError:
    """Explain an answer that is a refusal.

    Args:
        response: The answer, with a status of 400 or more, read to its end.
        request: What was asked and of whom.
    """
    status = response.status_code
    complaint = read_complaint(response)
    words = {
        "request": request,
        "status": str(status),
        "code": complaint.code or str(status),
        "text": one_line(complaint.text, _LONGEST_TEXT) or response.reason or "no reason given",
        "wait": response.headers.get("Retry-After", "some"),
    }
    for rule in CODE_RULES:
        match = re.search(rule.pattern, f"{complaint.code} {complaint.text}", re.DOTALL)
        if match:
            found = {name: value or "" for name, value in match.groupdict().items()}
            return _failure(rule, words | found, status, complaint.code)
    rule = STATUS_RULES.get(status, OTHER_STATUS)
    return _failure(rule, words, status, complaint.code)


def explain_shape(request: str, problem: str) -> AzureRequestError:
    """Make the error for an answer that is no answer to what was asked.

    Args:
        request: What was asked and of whom.
        problem: What is wrong with the answer.
    """
    return AzureRequestError(
        f"{request}: {problem}",
        hint="Try again; if it stays so, look for a proxy in between that changes answers.",
        code="UnexpectedAnswer",
    )


def read_complaint(response: AnyResponse) -> Complaint:
    """Read what Azure says of a refused request: Resource Manager in JSON, storage in a header."""
    if code := response.headers.get("x-ms-error-code"):
        return Complaint(code, "")
    try:
        content = json.loads(response.text())
    except ValueError:
        return Complaint("", "")
    error = content.get("error", content) if isinstance(content, dict) else {}
    if not isinstance(error, dict):
        return Complaint(str(error), str(content.get("error_description", "")))
    return Complaint(str(error.get("code") or ""), str(error.get("message") or ""))


def one_line(text: str, longest: int) -> str:
    """Make one printable line of at most so many characters out of what came from outside."""
    line = " ".join(clean_line(text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _explain_network(error: BaseException, request: str) -> AzureRequestError:
    text = one_line(str(error), 10 * _LONGEST_TEXT)
    words = {"request": request, "text": one_line(text, _LONGEST_TEXT)}
    for rule in NETWORK_RULES:
        if re.search(rule.pattern, text, re.IGNORECASE):
            return _failure(rule, words)
    return _failure(OTHER_NETWORK, words)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised from: a sign-in wraps what the network did."""
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__


def _is_sign_in(response: AnyResponse) -> bool:
    return "/oauth2/" in response.request.url or "openid-configuration" in response.request.url


def _failure(
    rule: Rule, words: dict[str, str], status: int | None = None, code: str = ""
) -> AzureRequestError:
    return AzureRequestError(
        rule.meaning.format_map(words),
        hint=rule.next_step.format_map(words),
        status=status,
        code=code,
    )
