"""The process that Terraform starts."""

import subprocess
import sys

from tests.simulator.mirror import Simulator

FOREIGN = ("pytest", "matcha_tui", "cryptography", "azure", "textual")


def test_it_loads_nothing_that_it_does_not_need():
    code = (
        "import sys, tests.simulator.program; "
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert [name for name in FOREIGN if name in loaded] == []


def test_each_provider_lies_where_terraform_looks(simulator: Simulator):
    programs = sorted(one.name for one in simulator.directory.rglob("terraform-provider-*"))
    assert [name.split("_")[0] for name in programs] == [
        "terraform-provider-azurerm",
        "terraform-provider-helm",
        "terraform-provider-kubernetes",
        "terraform-provider-random",
    ]
