"""Whatever a hint lists is accepted, in any case, wherever a name is asked for."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

import matcha_tui
from matcha_tui.cli import COMMANDS, matcha
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import choose_name, find_name, name_hint
from matcha_tui.project.config import Config, declared_settings, open_config, parse_config
from matcha_tui.selection import choices_of
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.flavor import read_flavor
from matcha_tui.stack.setting import Setting, SettingType
from matcha_tui.stack.stack import add_module, make_stack, preset_stack, remove_module
from matcha_tui.targets.azure.cloud.endpoints import find_cloud
from matcha_tui.targets.azure.definition import parse_azure_definition
from matcha_tui.targets.azure.pricing.items import FoundationCost, read_foundation_costs
from matcha_tui.terraform.engine import find_engine

CATALOG = load_catalog()
EMPTY = make_stack(CATALOG, {})
DECLARED = declared_settings(choices_of(CATALOG), "azure")

Accept = Callable[[Path, str], object]
"""Gives a word to the place that wants a name, and returns the name that it took it for."""


def read(folder: Path, content: str) -> Config:
    path = folder / "matcha.toml"
    path.write_text(content)
    return parse_config(open_config(path), choices_of(CATALOG))


def stack_name(folder: Path, word: str) -> object:
    stack = read(folder, f"stack.name = '{word}'").stack
    return stack and stack.name


def written_slot(folder: Path, word: str) -> object:
    name = find_name(word, ["orchestrator", "experiment_tracker", "data_version_control"])
    slot = name or find_name(word, ["deployer", "vector_database"]) or "deployer"
    stack = read(folder, f"stack.modules.{word} = '{CATALOG.names(slot)[0]}'").stack
    return stack and stack.modules[0][0]


def written_flavor(folder: Path, word: str) -> object:
    stack = read(folder, f"stack.modules.deployer = '{word}'").stack
    return stack and stack.flavor("deployer")


def set_name(folder: Path, word: str) -> object:
    setting = DECLARED.get(find_name(word, DECLARED) or "")
    value = setting.default if setting else 1
    written = str(value).lower() if isinstance(value, bool | int) else f"'{value}'"
    config = read(folder, f"target = 'azure'\n[settings]\n'{word}' = {written}")
    return next(iter(config.settings))


def added_slot(folder: Path, word: str) -> object:
    return remove_module(CATALOG, EMPTY, word) and CATALOG.choose(word, CATALOG.names(word)[0])[0]


def added_flavor(folder: Path, word: str) -> object:
    return add_module(CATALOG, EMPTY, "Experiment-Tracker", word).flavor("experiment_tracker")


def engine(folder: Path, word: str) -> object:
    with pytest.raises(MatchaError) as caught:
        find_engine(word, {"PATH": str(folder)})
    if caught.value.exit_code is ExitCode.USAGE:
        raise caught.value
    found = re.search(r"the chosen engine (\S+) is not installed", caught.value.message)
    return found and found[1]


MODULE = "title = 'A'\ndescription = 'B'\nlicence = 'C'\nresource = 'd'\nseconds = 1\n"


def flavor_folder(folder: Path, content: str) -> Path:
    place = folder / "local/services/deployer/mine"
    place.mkdir(parents=True, exist_ok=True)
    (place / "module.toml").write_text(MODULE + content)
    return place


def setting_type(folder: Path, word: str) -> object:
    name = find_name(word, [str(kind) for kind in SettingType])
    default = {"integer": "1", "port": "1024", "boolean": "true"}.get(name or "", "'a'")
    content = f"[[setting]]\nname = 'n'\ntype = '{word}'\nhelp = 'H'\ndefault = {default}\n"
    found = read_flavor(flavor_folder(folder, f"{content}choices = ['a']\n"))
    return str(found.settings[0].type)


def required(folder: Path, word: str) -> object:
    return read_flavor(flavor_folder(folder, f"requires = ['{word}']")).requires[0]


def needed(folder: Path, word: str) -> object:
    flavor = read_flavor(flavor_folder(folder, f"needs = ['{word}']"))
    return parse_azure_definition(flavor.definition).needs[0]


def cost(folder: Path, unit: str, when: str) -> FoundationCost:
    path = folder / "costs.toml"
    path.write_text(
        f"[[cost]]\nitem = 'I'\nsku = 'S'\nunit = '{unit}'\nquantity = 1\nwhen = '{when}'\n"
    )
    return read_foundation_costs(path)[0]


PLACES: dict[str, Accept] = {
    "matcha.toml: target": lambda folder, word: read(folder, f"target = '{word}'").target,
    "matcha.toml: stack.name": stack_name,
    "matcha.toml: a module type": written_slot,
    "matcha.toml: a flavor": written_flavor,
    "matcha.toml: a setting": set_name,
    "stack set": lambda _, word: preset_stack(CATALOG, word).name,
    "a module type": added_slot,
    "a flavor": added_flavor,
    "--engine": engine,
    "ARM_ENVIRONMENT": lambda _, word: find_cloud({"ARM_ENVIRONMENT": word}).name,
    "module.toml: type": setting_type,
    "module.toml: requires": required,
    "module.toml: needs": needed,
    "costs.toml: unit": lambda folder, word: cost(folder, word, "always").unit,
    "costs.toml: when": lambda folder, word: cost(folder, "hour", word).when,
}


def spellings(name: str) -> tuple[str, ...]:
    return (name, name.upper(), name.title(), name.replace("_", "-"), name.replace("-", "_"))


@pytest.mark.parametrize("accept", PLACES.values(), ids=PLACES)
def test_all_that_a_hint_lists_is_accepted_in_any_case(accept: Accept, tmp_path: Path):
    with pytest.raises(MatchaError) as caught:
        accept(tmp_path, "nonesuch")
    listed = re.match(r"Known: (.*?)(, or the path of .*)?\.( |$)", caught.value.hint or "")
    assert listed, caught.value.hint
    for name in listed[1].split(", "):
        for word in spellings(name):
            assert accept(tmp_path, word) == name


CHOICES = [setting for setting in DECLARED.values() if setting.type is SettingType.CHOICE]


@pytest.mark.parametrize("setting", CHOICES, ids=lambda setting: setting.name)
def test_the_choices_of_a_setting_are_accepted_in_any_case(setting: Setting):
    with pytest.raises(MatchaError) as caught:
        setting.parse("nonesuch")
    listed = re.search(r"one of (.*), and 'nonesuch'", caught.value.message)
    assert listed
    for choice in listed[1].split(", "):
        for word in spellings(choice):
            assert setting.parse(word) == setting.check(word) == choice


def test_every_truth_that_is_listed_is_accepted():
    setting = Setting("on", SettingType.BOOLEAN, "H", default=False)
    with pytest.raises(MatchaError) as caught:
        setting.parse("perhaps")
    listed = re.search(r"one of (.*), and 'perhaps'", caught.value.message)
    assert listed
    for word in listed[1].split(", "):
        assert setting.parse(word) == setting.parse(word.upper())


def commands(group: click.Group) -> Iterator[click.Command]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield command
        if isinstance(command, click.Group):
            yield from commands(command)


OPTIONS = [
    (command, parameter)
    for command in commands(matcha)
    for parameter in command.params
    if isinstance(parameter.type, click.Choice)
]


@pytest.mark.parametrize(("command", "parameter"), OPTIONS, ids=lambda item: item.name)
def test_the_choices_of_an_option_are_accepted_in_any_case(
    command: click.Command, parameter: click.Parameter
):
    whole = click.Context(matcha, **matcha.context_settings)
    context = click.Context(command, parent=whole)
    assert isinstance(parameter.type, click.Choice)
    for choice in parameter.type.choices:
        for word in spellings(choice):
            assert parameter.type.convert(word, parameter, context) == choice


def test_commands_are_found_in_any_case():
    context = click.Context(matcha)
    for name in COMMANDS:
        for word in spellings(name):
            assert matcha.get_command(context, word) is matcha.get_command(context, name)


def test_hints_are_made_in_one_place():
    package = Path(matcha_tui.__file__).parent
    makers = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if re.search(r"Known: \{|Did you mean \{", path.read_text("utf-8"))
    }
    assert makers == {"guess.py"}


names = st.text(st.sampled_from("aAbB-_"), min_size=1, max_size=4)


@given(st.sets(names, max_size=6), names)
def test_a_name_is_itself_whatever_else_there_is(known: set[str], word: str):
    for name in known:
        assert choose_name("name", name, known) == name
    found = find_name(word, known)
    if word not in known and found is not None:
        assert found.lower().replace("_", "-") == word.lower().replace("_", "-")


def test_where_there_is_none_a_hint_says_so():
    assert name_hint("a", ()) == "There is none to choose from."
