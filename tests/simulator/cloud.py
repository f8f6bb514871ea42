"""What Azure and Kubernetes insist on when objects come and go."""

import re
from typing import Any

from tests.simulator import helm
from tests.simulator.objects import Objects
from tests.simulator.refusal import RefusedError
from tests.simulator.templates import kubernetes_manifest_id
from tests.simulator.values import Body

SURVIVES_CANCEL = (
    "azurerm_kubernetes_cluster",
    "azurerm_mysql_flexible_server",
    "azurerm_postgresql_flexible_server",
)
_SIMULATED_HOST = re.compile(r"https://(?P<name>[^:/]+\.azmk8s\.invalid)")
_BUILT_IN_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")

_EXISTS = (
    'A resource with the ID "{id}" already exists - to be managed via Terraform this resource '
    "needs to be imported into the State. Please see the resource documentation for "
    '"{type_name}" for more information.'
)
_STILL_CONTAINS = """\
deleting Resource Group "{name}": the Resource Group still contains Resources.

Terraform is configured to check for Resources within the Resource Group when deleting the \
Resource Group - and
raise an error if nested Resources still exist to avoid unintentionally deleting these Resources.

Terraform has detected that the following Resources still exist within the Resource Group:

{resources}

This feature is intended to avoid the unintentional destruction of nested Resources provisioned \
through some
other means (for example, an ARM Template Deployment) - as such you must either remove these \
Resources, or
disable this behaviour using the feature flag `prevent_deletion_if_contains_resources` within \
the `features`
block when configuring the Provider."""


def is_kept(type_name: str) -> bool:
    """Whether objects of a type exist anywhere but in Terraform's state."""
    return not type_name.startswith("random_")


def key_of(type_name: str, values: Body) -> str:
    """What an object is kept under: Azure's id, or type, namespace and name in a cluster."""
    if type_name == "helm_release":
        return f"helm_release/{values['namespace']}/{values['name']}"
    if type_name == "kubernetes_manifest":
        return f"kubernetes_manifest/{kubernetes_manifest_id(values['manifest']['value'])}"
    if type_name.startswith("kubernetes_"):
        return f"{type_name}/{values['id']}"
    return str(values["id"])


def find_key(objects: Objects, type_name: str, key: str) -> str | None:
    """The key of an object, whatever the case of an Azure id."""
    if not type_name.startswith("azurerm_"):
        return key if key in objects else None
    return next((found for found in objects if found.lower() == key.lower()), None)


def namespace_of(type_name: str, values: Body) -> str | None:
    """The namespace that an object of a cluster is in."""
    if type_name == "helm_release":
        return str(values["namespace"])
    if type_name == "kubernetes_manifest":
        namespace: str | None = values["manifest"]["value"]["metadata"].get("namespace")
        return namespace
    metadata = values.get("metadata")
    return metadata[0].get("namespace") if metadata else None


def refuse_unreachable(objects: Objects, host: str | None) -> None:
    """Refuse to talk to a cluster of this simulator that is gone.

    Raises:
        RefusedError: If it is.
    """
    found = _SIMULATED_HOST.match(host or "")
    if found is None or host in _hosts(objects):
        return
    raise RefusedError(
        f'Kubernetes cluster unreachable: Get "{host}/version": '
        f"dial tcp: lookup {found['name']}: no such host"
    )


def _hosts(objects: Objects) -> set[str]:
    return {
        entry["values"]["kube_config"][0]["host"]
        for entry in objects.values()
        if entry["type"] == "azurerm_kubernetes_cluster" and entry["values"].get("kube_config")
    }


def refuse_creation(objects: Objects, type_name: str, values: Body) -> None:
    """Refuse a creation whose name is taken, or whose place is missing.

    Raises:
        RefusedError: With the real provider's words.
    """
    key = key_of(type_name, values)
    is_taken = find_key(objects, type_name, key) is not None
    if type_name.startswith("azurerm_"):
        if is_taken:
            raise RefusedError(_EXISTS.format(id=values["id"], type_name=type_name))
        _refuse_missing_group(objects, values.get("resource_group_name"))
    elif type_name == "helm_release":
        if is_taken:
            helm.refuse_installation(objects[key]["values"], values)
        if not values.get("create_namespace"):
            _refuse_missing_namespace(objects, values["namespace"], "create: failed to create: ")
    else:
        if is_taken:
            name = key.rsplit("/", 1)[1]
            raise RefusedError(f'{_plural(type_name)} "{name}" already exists')
        _refuse_missing_namespace(objects, namespace_of(type_name, values), "")


def _plural(type_name: str) -> str:
    word = type_name.removeprefix("kubernetes_").removesuffix("_v1").replace("_", "")
    return f"{word}es" if word.endswith("s") else f"{word}s"


def _refuse_missing_group(objects: Objects, group: str | None) -> None:
    if group is None:
        return
    known = {
        str(entry["values"].get(name)).lower()
        for entry in objects.values()
        for type_name, name in (
            ("azurerm_resource_group", "name"),
            ("azurerm_kubernetes_cluster", "node_resource_group"),
        )
        if entry["type"] == type_name
    }
    if group.lower() not in known:
        raise RefusedError(
            "unexpected status 404 (404 Not Found) with error: ResourceGroupNotFound: "
            f"Resource group '{group}' could not be found."
        )


def _refuse_missing_namespace(objects: Objects, namespace: str | None, before: str) -> None:
    if namespace is None or namespace in _BUILT_IN_NAMESPACES:
        return
    is_there = f"kubernetes_namespace_v1/{namespace}" in objects or any(
        entry["type"] == "helm_release"
        and entry["values"].get("create_namespace")
        and entry["values"].get("namespace") == namespace
        for entry in objects.values()
    )
    if not is_there:
        raise RefusedError(f'{before}namespaces "{namespace}" not found')


def refuse_deletion(objects: Objects, key: str, features: Body) -> None:
    """Refuse to delete a resource group that holds what Terraform does not know.

    Args:
        objects: All objects.
        key: The one to delete.
        features: The ``features`` block of the provider.

    Raises:
        RefusedError: With the real provider's words.
    """
    entry = objects[key]
    group = (features.get("resource_group") or [{}])[0]
    if (
        entry["type"] != "azurerm_resource_group"
        or group.get("prevent_deletion_if_contains_resources") is False
    ):
        return
    inside = [found for found in objects if found.lower().startswith(f"{key.lower()}/providers/")]
    if inside:
        listed = "\n".join(f"* `{found}`" for found in sorted(inside))
        name = entry["values"]["name"]
        raise RefusedError(_STILL_CONTAINS.format(name=name, resources=listed))


def remove(objects: Objects, key: str) -> None:
    """Remove an object with all that cannot be without it."""
    entry = objects.pop(key)
    for found, other in list(objects.items()):
        if _goes_with(entry, key, found, other):
            del objects[found]


def _goes_with(entry: dict[str, Any], key: str, found: str, other: dict[str, Any]) -> bool:
    """Whether the other object is inside the removed one."""
    if entry["type"] == "azurerm_kubernetes_cluster" and "host" in other:
        host = (entry["values"].get("kube_config") or [{}])[0].get("host")
        return bool(other["host"] == host)
    if entry["type"] == "kubernetes_namespace_v1":
        name = entry["values"]["metadata"][0]["name"]
        return "host" in other and namespace_of(other["type"], other["values"]) == name
    return key.startswith("/") and found.lower().startswith(f"{key.lower()}/")


def imported(type_name: str, identity: str) -> Body:
    """As much of an object as its id for ``terraform import`` tells.

    Raises:
        RefusedError: If that is no id of such an object.
    """
    if type_name.startswith("azurerm_"):
        if not identity.startswith(("/subscriptions/", "https://")):
            raise RefusedError(
                f'parsing "{identity}": the number of segments didn\'t match',
                f'Expected a Resource ID of the kind that "{type_name}" has.',
            )
        return {"id": identity}
    namespace, _, name = identity.rpartition("/")
    if type_name == "helm_release":
        return {"id": name, "name": name, "namespace": namespace or "default"}
    return {"id": identity}


def words(values: Body) -> Body:
    """What the text of an error may name: the attributes that are text, also those in blocks."""
    named = {name: value for name, value in values.items() if isinstance(value, str)}
    for block in values.values():
        if isinstance(block, list) and block and isinstance(block[0], dict):
            inner = {name: value for name, value in block[0].items() if isinstance(value, str)}
            named = inner | named
    return named
