"""What checkov says of all that the azure target can build: nothing but what is excused.

checkov runs in an environment of its own, which uv makes: it never is a dependency.
"""

import json
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import uv

from matcha_tui.stack.setting import SettingValue
from matcha_tui.targets.azure.names import FOUNDATION, PLATFORM
from tests.azure.project import MODULES
from tests.azure.roots import compose

CHECKOV = "checkov==3.3.30"
EXCEPTIONS = Path(__file__).with_name("checkov_exceptions.toml")
SETTINGS: dict[str, SettingValue] = {
    "gpu_node_size": "Standard_NC4as_T4_v3",
    "allowed_ranges": "203.0.113.0/24",
    "budget": 100,
    "budget_email": "nobody@example.com",
    "certificate_email": "nobody@example.com",
}


def test_every_exception_says_why():
    for check, reason in tomllib.loads(EXCEPTIONS.read_text()).items():
        assert check.startswith("CKV")
        assert len(reason.split()) >= 4, check


@pytest.mark.slow
def test_checkov_finds_what_is_excused_and_nothing_else(tmp_path: Path):
    report = check(write_literally(tmp_path))
    summary = report["summary"]
    assert summary["parsing_errors"] == 0
    assert summary["passed"] > 50
    assert summary["resource_count"] > 40, "the modules were not followed"
    excused = tomllib.loads(EXCEPTIONS.read_text())
    failed = {
        one["check_id"]: f"{one['check_id']} {one['check_name']}: {one['resource']}"
        for one in report["results"]["failed_checks"]
    }
    assert [said for check, said in failed.items() if check not in excused] == []
    assert sorted(excused.keys() - failed) == [], "excused, though it does not fail any more"


def check(folder: Path) -> dict[str, Any]:
    """Run checkov over a folder's Terraform."""
    tool = [uv.find_uv_bin(), "tool", "run", "--isolated", CHECKOV]
    finished = subprocess.run(
        [*tool, "--directory", ".", "--framework", "terraform", "--skip-download", "-o", "json"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode in (0, 1), finished.stderr
    report: dict[str, Any] = json.loads(finished.stdout)
    return report


def write_literally(folder: Path) -> Path:
    """Write both composed roots as one, with literal values: a static check follows no others.

    Args:
        folder: An empty folder.

    Returns:
        The folder that has it.
    """
    (folder / "project").mkdir()
    workspace = compose(folder / "project", tuple(MODULES), SETTINGS)
    foundation, platform = workspace.layer(FOUNDATION), workspace.layer(PLATFORM)
    values = _read(platform / "terraform.tfvars.json")
    given = _read(platform / "modules/foundation/preview.json")
    context = {**values["context"], **given["facts"], "secrets": given["secrets"]}
    modules = {
        **_read(foundation / "main.tf.json")["module"],
        **_read(platform / "main.tf.json")["module"],
    }
    text = f"locals {{\n  context = {json.dumps(context)}\n}}\n"
    for name, arguments in modules.items():
        lines = [
            f"  {key} = {_literal(key, value, values)}\n"
            for key, value in arguments.items()
            if key != "depends_on"
        ]
        text += f'module "{name}" {{\n{"".join(lines)}}}\n'
    literal = folder / "literal"
    shutil.copytree(platform / "modules", literal / "modules")
    (literal / "main.tf").write_text(text)
    return literal


def _literal(key: str, value: str, values: dict[str, Any]) -> str:
    if key == "context":
        return "local.context"
    if value.startswith("${var."):
        return json.dumps(values[value.removeprefix("${var.").removesuffix("}")])
    return json.dumps(value)


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text())
    return content
