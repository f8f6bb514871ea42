"""The environment that Terraform is run in.

What the user has set stays (``TF_VAR_*``, ``TF_TOKEN_*``, ``TF_CLI_CONFIG_FILE``,
``TF_PLUGIN_CACHE_DIR``, ``ARM_*`` and the rest), except what would break a run:

- ``TF_CLI_ARGS*`` adds options to our own: ``-out``, ``-target`` or ``-json=false``
  there would change what is planned, or how we are told.
- ``TF_DATA_DIR`` would give all layers one backend and one set of modules.
- ``TF_WORKSPACE`` would keep the state where the next run doesn't look for it.
- ``TF_LOG*`` writes traces, with secrets in them, into the run's event stream;
  it stays when ``TF_LOG_PATH`` sends them to a file.
"""

from collections.abc import Mapping
from pathlib import Path

from matcha_tui.system.files import make_private_directory
from matcha_tui.system.path_variables import from_folder

_BREAKING_NAMES = ("TF_DATA_DIR", "TF_WORKSPACE")
_ARGUMENTS_PREFIX = "TF_CLI_ARGS"
_LOG_NAMES = ("TF_LOG", "TF_LOG_CORE", "TF_LOG_PROVIDER", "TF_LOG_SDK")


def ignored_variables(base: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the user's variables that a run leaves out, sorted."""
    return tuple(sorted(name for name in base if _is_breaking(name, base)))


def run_environment(
    base: Mapping[str, str], plugin_cache: Path | None, extra: Mapping[str, str]
) -> dict[str, str]:
    """The environment of a run.

    Returns:
        A new environment.
    """
    kept = {name: value for name, value in base.items() if not _is_breaking(name, base)}
    environment = from_folder(kept, Path.cwd())
    environment |= {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}
    if plugin_cache is not None and not environment.get("TF_PLUGIN_CACHE_DIR"):
        environment["TF_PLUGIN_CACHE_DIR"] = str(make_private_directory(plugin_cache).absolute())
    return environment | dict(extra)


def _is_breaking(name: str, base: Mapping[str, str]) -> bool:
    if name in _LOG_NAMES:
        return not base.get("TF_LOG_PATH")
    return name in _BREAKING_NAMES or name.startswith(_ARGUMENTS_PREFIX)
