"""What is asked of a real local stack: its processes, its servers' answers."""

import json
import os
import urllib.parse
import urllib.request
from pathlib import Path

import psutil

from tests.command_line import Matcha


def service_pids(matcha: Matcha) -> dict[str, int]:
    """Return the leading process of each service, by flavor."""
    pids = {}
    for process in matcha.processes():
        try:
            mark = process.environ().get("MATCHA_SERVICE")
            is_leader = os.getpgid(process.pid) == process.pid
        except (psutil.Error, OSError):
            continue
        if mark and is_leader:
            pids[Path(mark).name] = process.pid
    return pids


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
