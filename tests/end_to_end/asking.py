"""What is asked of the servers of a real local stack."""

import json
import urllib.parse
import urllib.request

from tests.command_line import Matcha


def zenml_token(matcha: Matcha, url: str) -> str:
    form = {
        "username": matcha.get("pipeline", "server-username"),
        "password": matcha.get("pipeline", "server-password"),
    }
    data = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{url}/api/v1/login", data, timeout=10) as answer:
        return str(json.load(answer)["access_token"])


def post(url: str, content: dict[str, object]) -> dict[str, list[dict[str, object]]]:
    request = urllib.request.Request(url, json.dumps(content).encode())
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        body = answer.read()
    return json.loads(body) if body else {}
