import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.config import (
    Choices,
    Config,
    declared_settings,
    find_module_paths,
    open_config,
    parse_config,
)
from matcha_tui.project.config_writing import write_config
from matcha_tui.stack.catalog import MODULE_TYPES, Catalog, load_catalog
from matcha_tui.stack.stack import Stack, make_stack, preset_stack

CATALOG = load_catalog()
CHOICES = Choices(CATALOG, {"local": ()}, {"local": ("account", "container")})


def read(path: Path) -> Config:
    return parse_config(open_config(path), CHOICES)


def test_without_a_file_nothing_has_been_chosen(tmp_path: Path):
    assert read(tmp_path / "matcha.toml") == Config()


def test_what_is_written_is_read_back(tmp_path: Path):
    path = tmp_path / "matcha.toml"
    custom = make_stack(CATALOG, {"experiment_tracker": "mlflow"})
    config = Config("local", custom, {"experiment_tracker.port": 5001})
    write_config(path, config, CHOICES)
    assert read(path) == config


def test_names_of_hosts_may_be_a_list_and_no_wildcard(tmp_path: Path):
    path = tmp_path / "matcha.toml"
    text = "version = 1\n[settings.experiment_tracker]\nallowed_hosts = {}\n"
    path.write_text(text.format('["Tea.example", "10.0.0.5:80"]'))
    read_back = {"experiment_tracker.allowed_hosts": "tea.example,10.0.0.5:80"}
    assert read(path).settings == read_back
    write_config(path, read(path), CHOICES)
    assert read(path).settings == read_back
    path.write_text(text.format('["*.example"]'))
    with pytest.raises(MatchaError, match=r"toml:3: settings\.experiment_tracker\.allowed_hosts"):
        read(path)


def test_the_file_is_meant_to_be_shared(tmp_path: Path):
    path = tmp_path / "matcha.toml"
    write_config(path, Config(stack=preset_stack(CATALOG, "llm")), CHOICES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@given(st.sets(st.sampled_from(list(MODULE_TYPES))), st.integers(1024, 32767))
def test_every_stack_survives_the_file(tmp_path_factory, slots: set[str], port: int):
    path = tmp_path_factory.mktemp("project") / "matcha.toml"
    stack = make_stack(CATALOG, {slot: CATALOG.names(slot)[0] for slot in slots})
    config = Config(stack=stack, settings={"experiment_tracker.port": port})
    write_config(path, config, CHOICES)
    assert read(path) == config


@pytest.mark.parametrize(
    ("content", "place", "says", "exit_code"),
    [
        ('version = 1\ntarget = "local', ":2: ", "not valid TOML", ExitCode.FAILED),
        ("version = 9", ":1: version ", "reads up to 1", ExitCode.FAILED),
        ('version = "1"', ":1: version ", "whole number", ExitCode.FAILED),
        ('\ntarget = "moon"', ":2: target ", "no target", ExitCode.USAGE),
        ('[stack]\nname = "lmm"', ":2: stack.name ", "no stack", ExitCode.USAGE),
        (
            '[stack]\nname = "Default"\n[stack.modules]\nexperiment_tracker = "mlflow"',
            ":2: stack.name ",
            "'default', but stack.modules make the custom stack",
            ExitCode.FAILED,
        ),
        (
            "[stack.modules]\ndeployer = 'seldon'\nDeployer = 'seldon'",
            ":3: stack.modules.Deployer ",
            "says again what deployer says",
            ExitCode.FAILED,
        ),
        ("[stack]\nnmae = 'llm'", ":2: stack.nmae ", "not a key", ExitCode.FAILED),
        (
            "[stack.modules]\n\nexperiment_traker = 'mlflow'",
            ":3: stack.modules.experiment_traker ",
            "no module type",
            ExitCode.USAGE,
        ),
        ("[paths]\nmoduls = []", ":2: paths.moduls ", "not a key", ExitCode.FAILED),
        ("state.acount = 'a'", ":1: state.acount ", "not a key", ExitCode.FAILED),
        (
            "settings.experiment_tracker.port = 5001\n[settings.Experiment-Tracker]\nport = 1",
            ":3: settings.Experiment-Tracker.port ",
            "from 1024",
            ExitCode.USAGE,
        ),
        (
            "[settings.experiment_tracker]\nport = 5001\nPORT = 5002",
            ":3: settings.experiment_tracker.PORT ",
            "sets experiment_tracker.port again",
            ExitCode.FAILED,
        ),
        (
            '[stack]\nname = "custom"\n[stack.modules]\ndeployer = "kfserving"',
            ":4: stack.modules.deployer ",
            "no flavor",
            ExitCode.USAGE,
        ),
        ("stak = 1", ":1: stak ", "not a key", ExitCode.FAILED),
        (
            "[settings.experiment_tracker]\nport = 80",
            ":2: settings.experiment_tracker.port ",
            "from 1024",
            ExitCode.USAGE,
        ),
        (
            "[settings.orchestrator]\npassword = 'geheim'",
            ":2: settings.orchestrator.password ",
            "is a secret",
            ExitCode.FAILED,
        ),
        (
            "[settings]\nprefiks = 'a'",
            ":2: settings.prefiks ",
            "no setting",
            ExitCode.USAGE,
        ),
    ],
)
def test_a_faulty_file_is_refused_with_line_and_key_and_left_alone(
    tmp_path: Path, content: str, place: str, says: str, exit_code: ExitCode
):
    path = tmp_path / "matcha.toml"
    path.write_text(content)
    with pytest.raises(MatchaError) as caught:
        read(path)
    assert caught.value.message.startswith(f"{path}{place}")
    assert says in caught.value.message
    assert "geheim" not in caught.value.message
    assert caught.value.exit_code is exit_code
    assert caught.value.hint
    assert path.read_text() == content


MLFLOW = make_stack(CATALOG, {"experiment_tracker": "mlflow"})
LLM = preset_stack(CATALOG, "llm")
LLM_MODULES = "".join(f"{slot} = '{flavor}'\n" for slot, flavor in LLM.modules)


@pytest.mark.parametrize(
    ("content", "stack"),
    [
        ("[stack.modules]\nexperiment_tracker = 'mlflow'", MLFLOW),
        ("stack.modules.Experiment-Tracker = 'MLflow'", MLFLOW),
        ("stack = {name = 'CUSTOM', modules = {experiment_tracker = 'mlflow'}}", MLFLOW),
        ("[stack]\nname = 'LLM'", LLM),
        (f"[stack.modules]\n{LLM_MODULES}", LLM),
        (f"[stack]\nname = 'llm'\n[stack.modules]\n{LLM_MODULES}", LLM),
        (f"[stack]\nname = 'custom'\n[stack.modules]\n{LLM_MODULES}", LLM),
        ("[stack]\nname = 'custom'", make_stack(CATALOG, {})),
        ("[stack.modules]", make_stack(CATALOG, {})),
        ("[stack]", None),
        ("", None),
    ],
)
def test_a_stack_is_what_its_modules_say_or_else_its_name(
    tmp_path: Path, content: str, stack: Stack | None
):
    path = tmp_path / "matcha.toml"
    path.write_text(content)
    config = read(path)
    assert config.stack == stack
    write_config(path, config, CHOICES)
    assert read(path) == config


def test_a_contradiction_says_both_ways_out(tmp_path: Path):
    path = tmp_path / "matcha.toml"
    path.write_text(f"[stack.modules]\n{LLM_MODULES}[stack]\nname = 'default'")
    with pytest.raises(MatchaError, match=r":8: stack.name is 'default', but .* the llm") as caught:
        read(path)
    assert caught.value.hint is not None
    assert "Remove that line, and the modules count" in caught.value.hint
    assert "[stack.modules] for default: zenml, mlflow, dvc, seldon" in caught.value.hint


def test_settings_are_found_in_any_case_and_saved_as_they_are_called(tmp_path: Path):
    path = tmp_path / "matcha.toml"
    path.write_text("Target = 1")
    with pytest.raises(MatchaError) as caught:  # TOML's own keys are as they are
        read(path)
    assert "Did you mean 'target'?" in (caught.value.hint or "")
    path.write_text("target = 'LOCAL'\n[settings.Experiment-Tracker]\nPort = 5001\n")
    config = read(path)
    assert config == Config("local", settings={"experiment_tracker.port": 5001})


def test_a_file_that_is_not_utf8_is_refused_with_its_line(tmp_path: Path):
    path = tmp_path / "matcha.toml"
    path.write_bytes(b'version = 1\ntarget = "caf\xe9"\n')
    with pytest.raises(MatchaError, match=":2: not UTF-8"):
        read(path)


def test_a_directory_in_its_place_is_refused(tmp_path: Path):
    path = tmp_path / "matcha.toml"
    path.mkdir()
    with pytest.raises(MatchaError, match="cannot read"):
        read(path)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content: bytes):
    path = tmp_path_factory.mktemp("project") / "matcha.toml"
    path.write_bytes(content)
    try:
        config = read(path)
    except MatchaError as error:
        assert str(path) in error.message
    else:
        assert replace(config) == config


def test_the_paths_of_modules_are_kept_as_they_are_written(tmp_path: Path):
    path = tmp_path / "matcha.toml"
    (tmp_path / "mine").mkdir()
    config = Config(module_paths=("./mine", str(tmp_path)))
    write_config(path, config, CHOICES)
    assert read(path) == config
    assert find_module_paths(open_config(path)) == (tmp_path / "mine", tmp_path)


def test_a_newer_file_is_said_to_be_newer_before_its_paths_are_looked_at(tmp_path: Path):
    path = tmp_path / "matcha.toml"
    path.write_text("version = 2\n[paths]\nmodules = 5\n")
    with pytest.raises(MatchaError, match=":1: version is 2"):
        find_module_paths(open_config(path))


def with_own_tracker(tmp_path: Path, port_type: str) -> Catalog:
    folder = tmp_path / "local/services/experiment_tracker/mine"
    folder.mkdir(parents=True)
    (folder / "module.toml").write_text(
        'title = "Mine"\ndescription = "Tracks."\nlicence = "MIT"\nseconds = 1\n'
        'resource = "experiment-tracker"\n'
        f'[[setting]]\nname = "port"\ntype = "{port_type}"\nhelp = "Port."\ndefault = "a"\n'
    )
    return load_catalog(additions=[tmp_path])


def test_a_setting_is_the_chosen_flavors_where_two_declare_it(tmp_path: Path):
    catalog = with_own_tracker(tmp_path, "string")
    for name, kind in (("mlflow", "port"), ("mine", "string")):
        stack = make_stack(catalog, {"experiment_tracker": name})
        declared = declared_settings(replace(CHOICES, catalog=catalog), "local", stack)
        assert declared["experiment_tracker.port"].type == kind


def test_what_was_set_for_a_faulty_module_is_kept(tmp_path: Path):
    catalog = with_own_tracker(tmp_path, "strong")
    assert len(catalog.faults) == 1
    path = tmp_path / "matcha.toml"
    stack = make_stack(catalog, {"experiment_tracker": "mine"})
    config = Config(stack=stack, settings={"experiment_tracker.colour": "red"})
    choices = replace(CHOICES, catalog=catalog)
    write_config(path, config, choices)
    assert parse_config(open_config(path), choices) == config
