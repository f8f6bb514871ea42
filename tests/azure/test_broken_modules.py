"""Terraform refuses a module with a slip in it, since the stand-ins have the real schemas."""

from dataclasses import dataclass

import pytest

from matcha_tui.targets.azure.names import FOUNDATION, PLATFORM
from tests.azure.project import MODULES
from tests.azure.roots import Roots, make_roots

pytestmark = pytest.mark.slow

ZENML = "platform/orchestrator/zenml"


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip in a module's copy.

    Attributes:
        name: What kind it is.
        layer: The layer that has the module.
        file: The file within the target's modules.
        old: What stands there.
        new: What is written instead.
        said: What Terraform says.
    """

    name: str
    layer: str
    file: str
    old: str
    new: str
    said: str


SLIPS = (
    Slip(
        "wrong attribute",
        FOUNDATION,
        "foundation/cluster.tf",
        "oidc_issuer_enabled ",
        "oidc_isuer_enabled ",
        'An argument named "oidc_isuer_enabled" is not expected here',
    ),
    Slip(
        "attribute in the wrong block",
        FOUNDATION,
        "foundation/cluster.tf",
        'network_plugin      = "azure"',
        'vm_size = "azure"',
        'An argument named "vm_size" is not expected here',
    ),
    Slip(
        "wrong type",
        FOUNDATION,
        "foundation/cluster.tf",
        "max_pods                    = 110",
        'max_pods = "many"',
        'Inappropriate value for attribute "max_pods": a number is required',
    ),
    Slip(
        "missing argument",
        FOUNDATION,
        "foundation/network.tf",
        "  location = var.context.location\n",
        "",
        'The argument "location" is required',
    ),
    Slip(
        "missing argument in a shared module",
        PLATFORM,
        "storage/main.tf",
        '  account_tier                     = "Standard"\n',
        "",
        'The argument "account_tier" is required',
    ),
    Slip(
        "wrong computed attribute",
        FOUNDATION,
        "foundation/outputs.tf",
        "this[0].login_server",
        "this[0].login_serfer",
        'This object has no argument, nested block, or exported attribute named "login_serfer"',
    ),
    Slip(
        "wrong output of the foundation",
        FOUNDATION,
        "foundation/outputs.tf",
        'output "facts"',
        'output "fakts"',
        'This object does not have an attribute named "facts"',
    ),
    Slip(
        "wrong output of a flavor",
        PLATFORM,
        f"{ZENML}/main.tf",
        'output "properties"',
        'output "propertys"',
        'This object does not have an attribute named "properties"',
    ),
    Slip(
        "wrong attribute of a chart",
        PLATFORM,
        f"{ZENML}/server.tf",
        "set_sensitive =",
        "set_senstive =",
        'An argument named "set_senstive" is not expected here',
    ),
    Slip(
        "wrong type of a chart's attribute",
        PLATFORM,
        f"{ZENML}/server.tf",
        "timeout         = 1200",
        'timeout = "20m"',
        'Inappropriate value for attribute "timeout": a number is required',
    ),
    Slip(
        "wrong block in the cluster",
        PLATFORM,
        "route/main.tf",
        "          backend {",
        "          backends {",
        'Blocks of type "backends" are not expected here',
    ),
    Slip(
        "wrong variable",
        PLATFORM,
        f"{ZENML}/main.tf",
        'variable "replicas"',
        'variable "replica"',
        'The argument "replica" is required',
    ),
)


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> Roots:
    """Both roots with copies of all modules."""
    return make_roots(tmp_path_factory.mktemp("broken"))


@pytest.mark.parametrize("layer", [FOUNDATION, PLATFORM])
def test_the_modules_as_they_are_are_valid(roots: Roots, layer: str):
    roots.compose(*MODULES)
    assert "The configuration is valid" in roots.must(layer, "validate", "-no-color")


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.name)
def test_a_slip_is_found_before_anything_is_planned(roots: Roots, slip: Slip):
    roots.compose(*MODULES)
    file = roots.workspace.layer(slip.layer) / "modules" / slip.file
    text = file.read_text()
    assert slip.old in text
    file.write_text(text.replace(slip.old, slip.new, 1))
    found = roots.terraform(slip.layer, "validate", "-no-color")
    assert found.returncode == 1
    said = " ".join(found.stderr.replace("│", " ").split())
    assert slip.said in said
