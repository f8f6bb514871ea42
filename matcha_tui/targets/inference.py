"""The Open Inference Protocol (version 2), by which a served model says what it takes and answers.

Its text: https://github.com/open-inference/open-inference-protocol
"""

import json
import shlex
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.targets.parts import ModelInput, ServedModel

_SECONDS = 120.0
_EXAMPLES: Mapping[str, object] = {"BOOL": True, "BYTES": "text"}
_GENERIC = (ModelInput("predict", "FP64", (1, 1)),)
_PASSWORD = '"$(matcha get model-deployer {} --output raw --show-sensitive)"'


def ask_server(
    method: str,
    url: str,
    body: Mapping[str, Any] | None = None,
    credentials: tuple[str, str] | None = None,
    *,
    through_proxy: bool = False,
) -> Any:
    """Ask a model server; an answer that is no success is an error with its own reason.

    Args:
        method: ``GET`` or ``POST``.
        url: The whole address.
        body: Sent as JSON.
        credentials: A user's name and password.
        through_proxy: Whether the proxy of this machine's settings is used.

    Returns:
        The answer's JSON; ``None`` for an empty one.

    Raises:
        MatchaError: If it refuses, or does not answer.
    """
    headers = {"Content-Type": "application/json"}
    if credentials:
        pair = b64encode(":".join(credentials).encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 - the stack's
    proxies: dict[str, str] | None = None if through_proxy else {}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler(proxies))
    try:
        with opener.open(request, timeout=_SECONDS) as answer:
            content = answer.read()
    except urllib.error.HTTPError as error:
        raise MatchaError(_reason(error)) from error
    except OSError as error:
        reason = getattr(error, "reason", None) or error
        raise MatchaError(
            f"the model server does not answer: {reason}", hint="`matcha status` says more."
        ) from error
    try:
        return json.loads(content) if content else None
    except ValueError as error:
        raise MatchaError("the model server's answer is no JSON") from error


def parse_inputs(metadata: Mapping[str, Any]) -> tuple[ModelInput, ...]:
    """Return what a model takes, of what ``GET /v2/models/NAME`` has answered."""
    return tuple(
        ModelInput(str(item["name"]), str(item["datatype"]), tuple(map(int, item["shape"])))
        for item in metadata.get("inputs") or ()
    )


def example_request(inputs: Sequence[ModelInput]) -> dict[str, Any]:
    """Return a request with the model's real inputs, to be filled with real values."""
    tensors = []
    for item in inputs or _GENERIC:
        shape = [max(size, 1) for size in item.shape]
        count = 1
        for size in shape:
            count *= size
        zero = 0.0 if item.datatype.startswith("FP") else 0
        data = [_EXAMPLES.get(item.datatype, zero)] * count
        tensors.append({"name": item.name, "shape": shape, "datatype": item.datatype, "data": data})
    return {"inputs": tensors}


def curl_call(model: ServedModel) -> str:
    """Return a ready call of a model for a shell."""
    user = f"{_PASSWORD.format('username')}:{_PASSWORD.format('password')}"
    login = f" \\\n  --user {user}" if model.credentials else ""
    body = shlex.quote(json.dumps(example_request(model.inputs)))
    return f"curl {model.url}{login} \\\n  --header 'Content-Type: application/json' --data {body}"


def python_call(model: ServedModel) -> str:
    """Return a ready call of a model in Python."""
    login = ", auth=(user, password)" if model.credentials else ""
    tensors = example_request(model.inputs)["inputs"]
    lines = [f"    {tensor!r}," for tensor in tensors]
    return "\n".join(
        [
            "import requests",
            "",
            *(["# matcha get model-deployer --show-sensitive"] if login else []),
            "inputs = [",
            *lines,
            "]",
            f'answer = requests.post("{model.url}", json={{"inputs": inputs}}, timeout=30{login})',
            'print(answer.json()["outputs"])',
        ]
    )


def _reason(error: urllib.error.HTTPError) -> str:
    """Return what the server says of its refusal."""
    text = error.read().decode("utf-8", "replace").strip()
    try:
        content = json.loads(text)
        text = str(content["error"] if "error" in content else content["message"])
    except (ValueError, KeyError, TypeError):
        pass
    return text or f"HTTP status {error.code}"
