"""ZenML: a stack is registered through the client that the user has installed.

Flavors and the names of their settings are those of ZenML 0.98, as are the files in which its
client keeps the server, the active stack and a login: ``config.yaml`` and ``credentials.yaml``
in the user's configuration, ``.zen/config.yaml`` in a repository. They would go on naming a
server that is gone, and are read and put back without ZenML.
"""

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from matcha_tui.clients.connection import NO_NOTE, Note, Outcome, ToolConnection
from matcha_tui.clients.packages import ask_python
from matcha_tui.project.state import Resources
from matcha_tui.system.files import PRIVATE_FILE_MODE, explain_os_errors, write_atomically

ZenMLFiles = Mapping[str, Mapping[str, Any]]
"""Path to what the file says."""

_CONFIG, _CREDENTIALS = "config.yaml", "credentials.yaml"
_NEVER_OURS = ("analytics_opt_in", "version")


def read_settings(project: Path) -> ZenMLFiles:
    """Return what each file of the client says that there is."""
    return {str(path): _read(path) for path in _files(project) if path.is_file()}


def describe_changes(before: ZenMLFiles, after: ZenMLFiles, note: Note) -> Note:
    """Return what has been written since, to be put back.

    Args:
        before: What the files said.
        after: What they say now.
        note: What an earlier connection has left to be put back.

    Returns:
        Path to key to what it was, and to what it is. Secrets are digested away: of
        a login only the server is kept.
    """
    known = dict(note.get("files", {}))
    for path, content in after.items():
        old = before.get(path, {})
        entries = dict(known.get(path, {}))
        for key, value in content.items():
            if key in _NEVER_OURS or old.get(key) == value:
                continue
            first = entries[key]["before"] if key in entries else old.get(key)
            is_login = Path(path).name == _CREDENTIALS
            kept = (None, None) if is_login else (first, value)
            entries[key] = dict(zip(("before", "after"), kept, strict=True))
        if entries:
            known[path] = entries
    return {"files": known}


def restore_settings(note: Note) -> list[Path]:
    """Put back what has not been changed since, and return the files in which that was."""
    restored = []
    for name, entries in note["files"].items():
        path = Path(name)
        if not path.is_file():
            continue
        content, changed = _read(path), False
        for key, entry in entries.items():
            is_login = path.name == _CREDENTIALS
            if key not in content or (not is_login and content[key] != entry["after"]):
                continue
            changed = True
            if entry["before"] is None:
                del content[key]
            else:
                content[key] = entry["before"]
        if changed:
            _write(path, content)
            restored.append(path)
    return restored


def _files(project: Path) -> list[Path]:
    own = os.environ.get("ZENML_CONFIG_PATH")
    if own:
        folder = Path(own)
    else:
        import platformdirs  # late: few commands need it

        folder = platformdirs.user_config_path("zenml", appauthor=False)
    repository = (parent / ".zen" / _CONFIG for parent in (project, *project.parents))
    return [folder / _CONFIG, folder / _CREDENTIALS, *filter(Path.is_file, repository)][:3]


def _read(path: Path) -> dict[str, Any]:
    import yaml

    with explain_os_errors("read", path):
        text = path.read_text(encoding="utf-8")
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError:
        return {}
    return content if isinstance(content, dict) else {}


def _write(path: Path, content: Mapping[str, Any]) -> None:
    import yaml

    mode = stat.S_IMODE(path.stat().st_mode)
    private = mode & PRIVATE_FILE_MODE if path.name == _CREDENTIALS else mode
    write_atomically(path, yaml.safe_dump(dict(content)), private)


_NO_TOKEN = "none"  # ZenML asks for one with every tracking URL, and a local server for none
_ARTIFACTS_SECRET = "matcha_artifact_store"
_TRACKER_SECRET = "matcha_experiment_tracker"

ZenMLComponent = tuple[str, dict[str, str]]
"""A flavor and its settings, in which a secret is named and never spelled out."""


@dataclass(frozen=True, slots=True)
class ZenMLStack:
    """What is to be registered.

    Attributes:
        components: ZenML's type of component to what it is.
        secrets: Name to the keys and values of each of ZenML's own secrets.
        needs_integrations: Whether nothing is registered before the client has all
            that the components need; otherwise ZenML says so when a pipeline runs.
    """

    components: dict[str, ZenMLComponent]
    secrets: dict[str, dict[str, str]]
    needs_integrations: bool

    def as_json(self) -> dict[str, object]:
        """Return it as the script that registers it reads it."""
        return asdict(self)

    def secret_values(self) -> list[str]:
        """Return what no message may hold."""
        pairs = [pair for values in self.secrets.values() for pair in values.items()]
        return [value for key, value in pairs if key != "username"]


def describe_stack(resources: Resources) -> ZenMLStack:
    """Return the ZenML stack of a deployed one."""
    secrets: dict[str, dict[str, str]] = {}
    components = _where_it_runs(resources)
    components["artifact_store"] = _artifact_store(resources["pipeline"], secrets)
    if tracker := resources.get("experiment-tracker"):
        components["experiment_tracker"] = _tracker(tracker, secrets)
    if "model-deployer" in resources:
        # Its model deployers need Kubernetes or a server of their own: none talks to MLServer.
        components["deployer"] = ("local", {})
    return ZenMLStack(components, secrets, needs_integrations="image_builder" in components)


def _where_it_runs(resources: Resources) -> dict[str, ZenMLComponent]:
    context = resources.get("orchestrator", {}).get("k8s-context")
    registry = resources.get("container-registry", {}).get("registry-url")
    if context is None or registry is None:
        return {"orchestrator": ("local", {})}
    return {
        "orchestrator": ("kubernetes", {"kubernetes_context": context}),
        "container_registry": ("azure", {"uri": registry}),
        "image_builder": ("local", {}),
    }


def _artifact_store(
    server: Mapping[str, str], secrets: dict[str, dict[str, str]]
) -> ZenMLComponent:
    path = server["storage-path"]
    if "connection-string" not in server:
        return ("local", {"path": path})
    secrets[_ARTIFACTS_SECRET] = {"connection_string": server["connection-string"]}
    return ("azure", {"path": path, "authentication_secret": _ARTIFACTS_SECRET})


def _tracker(tracker: Mapping[str, str], secrets: dict[str, dict[str, str]]) -> ZenMLComponent:
    address = {"tracking_uri": tracker["tracking-url"]}
    if "tracking-password" not in tracker:
        return ("mlflow", {**address, "tracking_token": _NO_TOKEN})
    secrets[_TRACKER_SECRET] = {
        "username": tracker["tracking-username"],
        "password": tracker["tracking-password"],
    }
    references = {
        f"tracking_{key}": f"{{{{{_TRACKER_SECRET}.{key}}}}}" for key in secrets[_TRACKER_SECRET]
    }
    return ("mlflow", {**address, **references})


_NAME = "zenml"
_SCRIPT = Path(__file__).parent / "inside_zenml" / "register.py"
_SECONDS = 180
_MASK = "********"


def connect_zenml(project: Path, resources: Resources, note: Note = NO_NOTE) -> ToolConnection:
    """Register the stack with its ZenML server, and make it the active one."""
    server = resources.get("pipeline")
    if server is None:
        return ToolConnection(_NAME, Outcome.SKIPPED, "the stack has no ZenML server")
    python = _find_client()
    if python is None:
        return ToolConnection(
            _NAME,
            Outcome.SKIPPED,
            "no Python on PATH has ZenML; install it (pip install zenml), then run "
            "`matcha connect` again",
        )
    stack = describe_stack(resources)
    before = read_settings(project)
    try:
        finished = subprocess.run(
            [python, str(_SCRIPT)],
            cwd=project,
            env=os.environ
            | _settings(server)
            | {"MATCHA_ZENML_STACK": json.dumps(stack.as_json())},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ToolConnection(
            _NAME, Outcome.FAILED, f"its client did not end within {_SECONDS} seconds"
        )
    if finished.returncode != 0:
        said = finished.stderr.strip().splitlines() or ["it left no message"]
        text = f"its client ({python}) says: {said[-1]}"
        for secret in (server["server-password"], *stack.secret_values()):
            text = text.replace(secret, _MASK)
        return ToolConnection(_NAME, Outcome.FAILED, text)
    changes = json.loads(finished.stdout.splitlines()[-1])
    note = describe_changes(before, read_settings(project), note)
    if not changes:
        return ToolConnection(
            _NAME, Outcome.UNCHANGED, "its stack matcha is registered and active", note
        )
    return ToolConnection(_NAME, Outcome.DONE, "; ".join([*changes, *_advice(resources)]), note)


def disconnect_zenml(project: Path, note: Note) -> ToolConnection:
    """Let the client forget the server; what is registered with the server stays there."""
    files = restore_settings(note)
    if not files:
        return ToolConnection(_NAME, Outcome.UNCHANGED, "its client points elsewhere by now")
    return ToolConnection(
        _NAME, Outcome.DONE, f"its client is as it was before: {', '.join(map(str, files))}"
    )


def _find_client() -> str | None:
    """Return a Python that has ZenML: that of the ``zenml`` command, or one on PATH."""
    command = shutil.which("zenml")
    found = [str(Path(command).resolve().parent / "python")] if command else []
    found += [path for name in ("python", "python3") if (path := shutil.which(name))]
    return next((python for python in found if _has_zenml(python)), None)


def _has_zenml(python: str) -> bool:
    question = "import importlib.util as u, sys; sys.exit(u.find_spec('zenml') is None)"
    return ask_python(python, question) is not None


def _settings(server: Mapping[str, str]) -> dict[str, str]:
    return {
        "ZENML_STORE_TYPE": "rest",
        "ZENML_STORE_URL": server["server-url"],
        "ZENML_STORE_USERNAME": server["server-username"],
        "ZENML_STORE_PASSWORD": server["server-password"],
        "ZENML_ANALYTICS_OPT_IN": "false",
        "ZENML_LOGGING_COLORS_DISABLED": "true",
    }


def _advice(resources: Resources) -> list[str]:
    """Return what a pipeline on a cluster needs before it runs, and what only the user may do."""
    if "container-registry" not in resources:
        return []
    registry = resources["container-registry"]["registry-name"]
    return [
        f"before a pipeline runs, `matcha kubeconfig` and `az acr login --name {registry}` "
        "let it reach the cluster and its images"
    ]
