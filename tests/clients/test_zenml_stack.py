import json

from matcha_tui.clients.zenml import describe_stack
from tests.clients.azure_stack import RESOURCES


def test_on_azure_every_component_is_told_where_it_is():
    stack = describe_stack(RESOURCES)
    assert stack.needs_integrations
    assert stack.components == {
        "orchestrator": ("kubernetes", {"kubernetes_context": "tea-cluster"}),
        "container_registry": ("azure", {"uri": "teaab1cdregistry.azurecr.io"}),
        "image_builder": ("local", {}),
        "artifact_store": (
            "azure",
            {"path": "az://artifacts", "authentication_secret": "matcha_artifact_store"},
        ),
        "experiment_tracker": (
            "mlflow",
            {
                "tracking_uri": "https://tea-ab1cd.westeurope.cloudapp.azure.com/mlflow",
                "tracking_username": "{{matcha_experiment_tracker.username}}",
                "tracking_password": "{{matcha_experiment_tracker.password}}",
            },
        ),
        "deployer": ("local", {}),
    }


def test_secrets_are_kept_apart_from_what_everybody_sees():
    stack = describe_stack(RESOURCES)
    shown = json.dumps(stack.components)
    assert len(stack.secret_values()) == 2
    assert not any(secret in shown for secret in stack.secret_values())


def test_on_this_machine_nothing_is_secret_and_nothing_is_to_be_installed():
    stack = describe_stack(
        {
            "pipeline": {"server-url": "http://127.0.0.1:8237", "storage-path": "/artifacts"},
            "experiment-tracker": {"tracking-url": "http://127.0.0.1:5000"},
        }
    )
    assert stack.secrets == {}
    assert not stack.needs_integrations
    assert stack.components == {
        "orchestrator": ("local", {}),
        "artifact_store": ("local", {"path": "/artifacts"}),
        "experiment_tracker": (
            "mlflow",
            {"tracking_uri": "http://127.0.0.1:5000", "tracking_token": "none"},
        ),
    }
