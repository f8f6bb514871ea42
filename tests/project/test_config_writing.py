from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcha_tui.errors import MatchaError
from matcha_tui.project.config import Choices, Config, open_config, parse_config
from matcha_tui.project.config_writing import write_config
from matcha_tui.stack.catalog import MODULE_TYPES, load_catalog
from matcha_tui.stack.stack import make_stack, preset_stack
from matcha_tui.targets.azure.target import AZURE

CATALOG = load_catalog()
STATE_KEYS = ("account", "container")
CHOICES = Choices(
    CATALOG,
    {"local": (), "azure": AZURE.settings},
    {"local": STATE_KEYS, "azure": STATE_KEYS},
)
DEFAULT = preset_stack(CATALOG, "default")
LLM = preset_stack(CATALOG, "llm")
MLFLOW = make_stack(CATALOG, {"experiment_tracker": "mlflow"})
BY_HAND = """\
# Our team's stack.
target = 'LOCAL'  # no cloud yet

[settings.Experiment-Tracker] # behind the proxy
allowed_hosts = ["tea.example", "10.0.0.5:80"]   # ask Ann
Port = 5001

# Only what we use.
[stack.modules]
Experiment-Tracker = 'MLflow' # since May

"""


def change(path: Path, source: str, **changes: Any) -> str:
    """Write a file by hand, change something, and return what the file has then."""
    path.write_bytes(source.encode())
    config = replace(parse_config(open_config(path), CHOICES), **changes)
    write_config(path, config, CHOICES)
    assert parse_config(open_config(path), CHOICES) == config
    return path.read_bytes().decode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_only_the_line_that_changes_is_written(tmp_path: Path, mark: str, end: str):
    path, source = tmp_path / "matcha.toml", mark + BY_HAND.replace("\n", end)
    hosts = {"experiment_tracker.allowed_hosts": "tea.example,10.0.0.5:80"}
    assert change(path, source) == source
    assert change(path, source, settings=hosts | {"experiment_tracker.port": 5002}) == (
        source.replace("5001", "5002")
    )
    assert change(path, source, settings=hosts) == source.replace(f"Port = 5001{end}", "")
    both = make_stack(CATALOG, {"experiment_tracker": "mlflow", "data_version_control": "dvc"})
    assert change(path, source, stack=both) == source.replace(
        f"since May{end}", f'since May{end}data_version_control = "dvc"{end}'
    )


def test_what_is_new_stands_behind_what_is_there(tmp_path: Path):
    state = {"account": "tea", "container": "state"}
    assert change(tmp_path / "matcha.toml", BY_HAND, state=state) == (
        f'{BY_HAND}\n[state]\naccount = "tea"\ncontainer = "state"\n'
    )


@pytest.mark.parametrize(
    ("source", "after"),
    [
        ("# ours\n[stack]\nname = 'default' # all\n", '# ours\n[stack]\nname = "llm" # all\n'),
        ('stack.name = "custom"\nstack.modules = {}\n', 'stack.name = "llm"\n'),
        (
            '[stack]\nname = "custom"\n[stack.modules]\ndeployer = "seldon"\n',
            '[stack]\nname = "llm"\n',
        ),
        ("# none yet", '# none yet\n\n[stack]\nname = "llm"\n'),
    ],
)
def test_a_preset_is_written_as_its_name(tmp_path: Path, source: str, after: str):
    assert change(tmp_path / "matcha.toml", source, stack=LLM) == after


def test_a_comment_among_the_modules_keeps_them(tmp_path: Path):
    source = '[stack]\nname = "custom"\n[stack.modules]\n# why\nexperiment_tracker = "mlflow"\n'
    after = change(tmp_path / "matcha.toml", source, stack=DEFAULT)
    assert after.startswith(
        '[stack]\nname = "default"\n[stack.modules]\n# why\nexperiment_tracker = "mlflow"\n'
    )
    assert 'deployer = "seldon"' in after


def test_the_last_module_leaves_a_stack_without_modules(tmp_path: Path):
    source = "[stack.modules]\nexperiment_tracker = 'mlflow'\n"
    empty = make_stack(CATALOG, {})
    assert change(tmp_path / "matcha.toml", source, stack=empty) == "[stack.modules]\n"


def test_what_nobody_chooses_any_more_is_gone(tmp_path: Path):
    path = tmp_path / "matcha.toml"
    after = change(path, f"{BY_HAND}[paths]\nmodules = ['.']\n", settings={}, module_paths=())
    assert "[paths]" not in after
    assert "allowed_hosts" not in after
    assert "[settings.Experiment-Tracker] # behind the proxy" in after
    assert change(path, "[stack]\nname = 'llm'\n", stack=None) == ""


def test_a_file_that_became_faulty_is_left_alone(tmp_path: Path):
    path = tmp_path / "matcha.toml"
    path.write_text("target = 'moon'\n")
    with pytest.raises(MatchaError, match=":1: target "):
        write_config(path, Config(), CHOICES)
    assert path.read_text() == "target = 'moon'\n"


ports = {
    f"{slot}.port": st.integers(1024, 32767) for slot in ("experiment_tracker", "vector_database")
}
local = st.builds(
    Config,
    st.just("local"),
    st.none()
    | st.sets(st.sampled_from(list(MODULE_TYPES))).map(
        lambda slots: make_stack(CATALOG, {slot: CATALOG.names(slot)[0] for slot in slots})
    ),
    st.fixed_dictionaries({}, optional=ports),
    st.sampled_from([(), ("mine",), ("mine", "./yours")]),
    st.fixed_dictionaries({}, optional={"account": st.sampled_from(["a", "b"])}),
)
names = st.fixed_dictionaries({"prefix": st.sampled_from(["tea", "mate"])})
configs = local | st.builds(replace, local, target=st.just("azure"), settings=names)
WAYS = [
    lambda text: text,
    lambda text: "\n".join(f"{line} # {number}" for number, line in enumerate(text.split("\n"))),
    lambda text: text.replace("[stack.modules]", "[stack.modules]\n# these"),
    lambda text: text.replace("experiment_tracker", "Experiment-Tracker"),
]


@given(configs, configs, st.sampled_from(WAYS))
@settings(deadline=None)
def test_every_change_of_every_file_is_read_back(tmp_path_factory, before, after, way):
    path = tmp_path_factory.mktemp("project") / "matcha.toml"
    write_config(path, before, CHOICES)
    path.write_text(way(path.read_text()))
    assert parse_config(open_config(path), CHOICES) == before
    write_config(path, after, CHOICES)
    assert parse_config(open_config(path), CHOICES) == after
    if (
        way is WAYS[1] and after.stack is not None
    ):  # each comment stays but those on lines that went
        assert path.read_text().startswith("version = 1 # 0\n")
