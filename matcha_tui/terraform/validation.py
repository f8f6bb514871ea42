"""Asks Terraform whether a configuration is right, without a run and without any state."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from matcha_tui.system.plain_text import clean_text
from matcha_tui.terraform.command import init_command, validate_command
from matcha_tui.terraform.engine import Engine
from matcha_tui.terraform.events import Diagnostic, Severity, mapping_in, parse_line

_MODULES = ".terraform/modules/modules.json"


def find_errors(
    engine: Engine, directory: Path, environment: Mapping[str, str]
) -> tuple[Diagnostic, ...]:
    """Run ``init`` and ``validate``.

    Returns:
        What is wrong, in Terraform's own words; nothing if it is valid.
    """
    commands = (init_command(engine, backend=False), validate_command(engine))
    for command in commands:
        answer = subprocess.run(
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if answer.returncode != 0:
            return _errors(answer.stdout) or (_unexplained(command, answer),)
    return ()


def module_folders(directory: Path) -> dict[str, Path]:
    """Return the modules that ``init`` found: dotted name to folder."""
    found = json.loads((directory / _MODULES).read_bytes())
    return {item["Key"]: (directory / item["Dir"]).resolve() for item in found["Modules"]}


def _errors(stdout: str) -> tuple[Diagnostic, ...]:
    events = [parse_line(line) for line in _diagnostic_lines(stdout)]
    return tuple(
        event
        for event in events
        if isinstance(event, Diagnostic) and event.severity is Severity.ERROR
    )


def _diagnostic_lines(stdout: str) -> list[str]:
    """Return what ``init`` prints a line each, and ``validate`` in one document, as lines."""
    try:
        document = mapping_in(json.loads(stdout))
    except ValueError:
        return stdout.splitlines()
    if "diagnostics" not in document:
        return [stdout]
    return [
        json.dumps({"type": "diagnostic", "diagnostic": found}) for found in document["diagnostics"]
    ]


def _unexplained(command: tuple[str, ...], answer: subprocess.CompletedProcess[str]) -> Diagnostic:
    said = clean_text(answer.stderr or answer.stdout).strip()
    return Diagnostic(
        severity=Severity.ERROR,
        summary=f"{' '.join(command)} ended with exit code {answer.returncode}",
        detail=said,
    )
