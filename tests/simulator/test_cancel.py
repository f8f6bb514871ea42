"""Interrupting an apply while Azure is at work."""

import os
import signal
import subprocess
import time

import psutil
import pytest

from tests.simulator.conftest import DEADLINE_SECONDS, Root, terraform
from tests.simulator.roots import CLUSTER
from tests.simulator.test_drift import CLUSTER_ADDRESS, CLUSTER_ID

pytestmark = pytest.mark.slow

SECONDS_A_MINUTE = "4"


def interrupt_while_creating(root: Root, name: str) -> str:
    """Apply until the creation of something has begun, then interrupt once."""
    process = subprocess.Popen(
        [*terraform(), "apply", "-auto-approve", "-no-color"],
        cwd=root.folder,
        env={**os.environ, **root.simulator.environment, "SIMULATOR_SPEED": SECONDS_A_MINUTE},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if line.startswith(f"{name}: Creating..."):
            time.sleep(0.2)  # nothing says when the provider has been asked
            process.send_signal(signal.SIGINT)
            break
    interrupted = time.monotonic()
    printed += process.communicate(timeout=DEADLINE_SECONDS)[0]
    assert process.returncode == 1, printed
    assert time.monotonic() - interrupted < 15, "it waited for what was cancelled"
    return printed


def test_azure_goes_on_with_a_cluster_whose_creation_was_interrupted(root: Root):
    root.write(CLUSTER)
    printed = interrupt_while_creating(root, CLUSTER_ADDRESS)
    assert "polling after CreateOrUpdate: context canceled" in printed
    assert root.addresses() == ["azurerm_resource_group.all"]
    assert CLUSTER_ID in root.simulator.objects()
    assert "already exists" in root.apply(code=1)
    root.run("import", CLUSTER_ADDRESS, CLUSTER_ID)
    assert root.is_settled()


def test_other_objects_are_not_there_after_an_interruption(root: Root):
    root.simulator.set_faults({"type": "azurerm_resource_group", "delay": 60})
    root.write(CLUSTER)
    interrupt_while_creating(root, "azurerm_resource_group.all")
    assert root.simulator.objects() == {}


def test_no_provider_outlives_terraform(root: Root):
    root.simulator.set_faults({"type": "azurerm_resource_group", "delay": 60})
    root.write(CLUSTER)
    process = subprocess.Popen(
        [*terraform(), "apply", "-auto-approve"],
        cwd=root.folder,
        env={**os.environ, **root.simulator.environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "Creating..." in line:
            break
    providers = psutil.Process(process.pid).children(recursive=True)
    assert providers
    process.kill()
    process.communicate()
    assert psutil.wait_procs(providers, timeout=DEADLINE_SECONDS)[1] == []
