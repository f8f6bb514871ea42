"""The user's kubeconfig: a cluster of ours among their own, only on request."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.system.files import explain_os_errors, write_atomically

_LISTS = ("clusters", "users", "contexts")


def find_kubeconfig(environment: Mapping[str, str]) -> Path:
    """Return the file that kubectl writes to."""
    first = environment.get("KUBECONFIG", "").partition(":")[0]
    return Path(first).expanduser() if first else Path.home() / ".kube" / "config"


def merge_kubeconfig(path: Path, ours: str, *, overwrite: bool = False, use: bool = False) -> str:
    """Write a cluster into a kubeconfig, and leave every other entry as it is.

    Returns:
        The context's name.
    """
    before, added = _read(path), yaml.safe_load(ours)
    theirs = dict(before)
    context = str(added["current-context"])
    for kind in _LISTS:
        entries = {entry["name"]: entry for entry in theirs.get(kind) or []}
        for entry in added[kind]:
            name = entry["name"]
            if entries.get(name, entry) != entry and not overwrite:
                raise MatchaError(
                    f"{path} has another entry {name!r} among its {kind} already",
                    hint="Give --overwrite to replace it, or --file PATH to write elsewhere.",
                    exit_code=ExitCode.REFUSED,
                )
            entries[name] = entry
        theirs[kind] = list(entries.values())
    if use or not theirs.get("current-context"):
        theirs["current-context"] = context
    merged = {"apiVersion": "v1", "kind": "Config", **theirs}
    if merged == before:
        return context  # its comments and its layout stay
    with explain_os_errors("create", path.parent):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(path.resolve(), yaml.safe_dump(merged, sort_keys=False))
    return context


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    with explain_os_errors("read", path):
        text = path.read_bytes()
    refusal = MatchaError(
        f"{path} is no kubeconfig, so nothing is written into it",
        hint="Fix it, or give --file PATH to write elsewhere.",
    )
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise refusal from error
    if content is None:
        return {}
    if not isinstance(content, dict) or not all(_is_entries(content.get(kind)) for kind in _LISTS):
        raise refusal
    return content


def _is_entries(found: object) -> bool:
    return found is None or (
        isinstance(found, list)
        and all(isinstance(entry, dict) and "name" in entry for entry in found)
    )
