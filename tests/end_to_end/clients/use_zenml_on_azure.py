"""Prints what the components of the active ZenML stack know, secrets included."""

import json

from zenml.client import Client

stack = Client().active_stack
stack.validate(fail_if_secrets_missing=True)  # as before a pipeline runs
store, tracker = stack.artifact_store, stack.experiment_tracker
print(
    json.dumps(
        {
            "components": sorted(
                f"{item.type.value}: {item.flavor}" for item in stack.all_components
            ),
            "context": stack.orchestrator.config.kubernetes_context,
            "registry": stack.container_registry.config.uri,
            "path": store.path,
            "credentials": store.get_credentials().get_values(),
            "account": store.filesystem.service_client.account_name,
            "uri": tracker.config.tracking_uri,
            "username": tracker.config.tracking_username,
            "password": tracker.config.tracking_password,
        }
    )
)
