"""Models on this machine: folders of MLServer's repository, loaded without a restart.

A model of MLflow is copied, so it is served whether MLflow runs or not, and MLServer finds it
again whenever it starts.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import choose_name
from matcha_tui.services.layout import flavor_folder
from matcha_tui.services.service import GUARD_DIRECTORY
from matcha_tui.system.files import explain_os_errors, make_private_directory, write_atomically
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.inference import ask_server, parse_inputs
from matcha_tui.targets.parts import Given, ServedModel, is_uri

_SETTINGS = "model-settings.json"
_CONTENT = "model"
_MLFLOW = ("mlserver_mlflow.MLflowRuntime", ("MLmodel",))
_SKLEARN = ("mlserver_sklearn.SKLearnModel", ("model.joblib", "model.pickle", "model.pkl"))
_DOWNLOAD_SECONDS = 600


def deploy_model(spec: StackSpec, given: Given, source: str, name: str) -> ServedModel:
    """Copy a model into the repository and load it."""
    deployer = _deployer(given)
    repository = Path(deployer["models-path"])
    staged, earlier = repository / f".{name}.new", repository / f".{name}.old"
    folder = repository / name
    with explain_os_errors("write", folder):
        for left in (staged, earlier):
            shutil.rmtree(left, ignore_errors=True)
        _stage(spec, given, source, name, staged)
        if folder.exists():
            folder.rename(earlier)
        staged.rename(folder)
    try:
        _ask(deployer, f"repository/models/{name}/load", {})
        model = _describe(deployer, name)
    except MatchaError as error:
        _restore(deployer, name, folder, earlier)
        reason = error.message.rstrip(".")
        again = ", and what was served before is back" if folder.exists() else ""
        raise MatchaError(
            f"MLServer cannot load {source}: {reason}",
            hint=f"It is removed again{again}.",
        ) from error
    shutil.rmtree(earlier, ignore_errors=True)
    return model


def list_models(given: Given) -> tuple[ServedModel, ...]:
    """Return what is in the repository, with what MLServer says of it."""
    deployer = _deployer(given)
    found = {item["name"]: item for item in _ask(deployer, "repository/index", {})}
    for folder in Path(deployer["models-path"]).glob(f"[!.]*/{_SETTINGS}"):
        found.setdefault(folder.parent.name, {"state": "UNAVAILABLE", "reason": "not loaded"})
    return tuple(
        _describe(deployer, name)
        if item.get("state") == "READY"
        else _served(deployer, name, str(item.get("state")), str(item.get("reason") or ""))
        for name, item in sorted(found.items())
    )


def remove_model(given: Given, name: str) -> None:
    """Unload a model and delete its folder."""
    deployer = _deployer(given)
    known = {item.name for item in list_models(given)}
    name = choose_name("model", name, sorted(known))
    folder = Path(deployer["models-path"]) / name
    try:
        _ask(deployer, f"repository/models/{name}/unload", {})
    except MatchaError:  # it was never loaded
        if not folder.exists():
            raise
    with explain_os_errors("delete", folder):
        shutil.rmtree(folder, ignore_errors=True)


def _deployer(given: Given) -> Mapping[str, str]:
    deployer = given.get("model-deployer")
    if deployer is None or "models-path" not in deployer:
        raise MatchaError(
            "the deployed stack has no model server",
            hint="Add one: matcha stack add deployer seldon",
            exit_code=ExitCode.REFUSED,
        )
    return deployer


def _stage(spec: StackSpec, given: Given, source: str, name: str, staged: Path) -> None:
    """Bring a model and its settings together in a folder that MLServer does not look into."""
    make_private_directory(staged)
    content = staged / _CONTENT
    try:
        if is_uri(source):
            _download(spec, given, source, content)
        elif Path(source).is_dir():
            shutil.copytree(source, content)
        else:
            content.mkdir()
            shutil.copyfile(source, content / f"model{Path(source).suffix}")
        settings = _settings(content, source)
        settings["name"] = name
        write_atomically(staged / _SETTINGS, json.dumps(settings, indent=2) + "\n")
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise


def _settings(content: Path, source: str) -> dict[str, Any]:
    """Return how MLServer loads what is in a folder."""
    settings = _take_own_settings(content, source) or _find_settings(content)
    if settings is None:
        raise MatchaError(
            f"{source} holds no model that is known here",
            hint="It has an MLmodel file (of MLflow), a model.joblib (of scikit-learn), or a "
            f"{_SETTINGS} of MLServer's.",
            exit_code=ExitCode.USAGE,
        )
    settings["parameters"].setdefault("extra", {})["source"] = source
    return settings


def _take_own_settings(content: Path, source: str) -> dict[str, Any] | None:
    own = content / _SETTINGS
    if not own.is_file():
        return None
    try:
        settings: dict[str, Any] = json.loads(own.read_bytes())
        parameters = settings.setdefault("parameters", {})
        uri = parameters.get("uri", ".")
        parameters["uri"] = uri if re.match(r"/|\w+:", uri) else f"./{_CONTENT}/{uri}"
    except (ValueError, AttributeError, TypeError) as error:
        raise MatchaError(f"{source}/{_SETTINGS} is no JSON object", hint="Fix it.") from error
    own.unlink()
    return settings


def _find_settings(content: Path) -> dict[str, Any] | None:
    for implementation, files in (_MLFLOW, _SKLEARN):
        if any((content / file).is_file() for file in files):
            return {"implementation": implementation, "parameters": {"uri": f"./{_CONTENT}"}}
    return None


def _download(spec: StackSpec, given: Given, uri: str, content: Path) -> None:
    """Fetch a model from the stack's MLflow, with the client that MLServer has."""
    tracker = given.get("experiment-tracker")
    if tracker is None:
        raise MatchaError(
            f"the deployed stack has no MLflow to fetch {uri} from",
            hint="Give a folder with the model instead.",
            exit_code=ExitCode.REFUSED,
        )
    environment = flavor_folder(spec.workspace.services, "seldon").environment
    finished = subprocess.run(
        [str(environment / "bin/python"), "-P", "-m", "matcha_models", uri, str(content)],
        env={
            "MLFLOW_TRACKING_URI": tracker["tracking-url"],
            "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
            "DO_NOT_TRACK": "true",
            "PYTHONPATH": str(GUARD_DIRECTORY),
            "PATH": "/usr/bin:/bin",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=_DOWNLOAD_SECONDS,
        check=False,
    )
    if finished.returncode != 0:
        said = finished.stderr.strip().splitlines() or ["it left no message"]
        raise MatchaError(
            f"MLflow does not give {uri}: {said[-1]}",
            hint="Its page lists the registered models: matcha open experiment-tracker",
        )


def _restore(deployer: Mapping[str, str], name: str, folder: Path, earlier: Path) -> None:
    """Take a model away that cannot be loaded, and serve again what it should have replaced."""
    shutil.rmtree(folder, ignore_errors=True)
    if earlier.exists():
        earlier.rename(folder)
        _ask(deployer, f"repository/models/{name}/load", {})


def _describe(deployer: Mapping[str, str], name: str) -> ServedModel:
    metadata = ask_server("GET", f"http://{deployer['base-url']}/v2/models/{name}")
    return _served(deployer, name, "READY", "", metadata)


def _served(
    deployer: Mapping[str, str],
    name: str,
    state: str,
    reason: str,
    metadata: Mapping[str, Any] | None = None,
) -> ServedModel:
    return ServedModel(
        name=name,
        source=_source_of(Path(deployer["models-path"]) / name),
        url=f"http://{deployer['base-url']}/v2/models/{name}/infer",
        state=state,
        reason=reason,
        inputs=parse_inputs(metadata or {}),
    )


def _source_of(folder: Path) -> str:
    try:
        settings = json.loads((folder / _SETTINGS).read_bytes())
        return str(settings["parameters"]["extra"]["source"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _ask(deployer: Mapping[str, str], path: str, body: Mapping[str, Any]) -> Any:
    return ask_server("POST", f"http://{deployer['base-url']}/v2/{path}", body)
