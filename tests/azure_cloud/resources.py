"""Azure Resource Manager: a tree of objects that is read and written by path."""

import copy
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.azure_cloud.answers import ANSWERS, NAMESPACES, SUBSCRIPTIONS
from tests.azure_cloud.messages import Answer, Request, refuse

Json = dict[str, Any]

_GROUP = re.compile(r"(/subscriptions/[^/]+/resourcegroups/[^/]+)(/.*)?")
_ASSIGNMENT = "/providers/microsoft.authorization/roleassignments/"


@dataclass(slots=True)
class Resources:
    """What there is.

    Attributes:
        objects: The objects by their ID in lower case.
        answers: The server's copy of the table of answers.
        registrations: The registration state of each provider, by namespace in lower case.
        taken_names: Names of storage accounts and registries that somebody else has.
        page_size: How many objects a page holds.
        creation_polls: How often a new storage account is looked at before it is ready.
    """

    objects: dict[str, Json] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(ANSWERS))
    subscriptions: dict[str, Json] = field(default_factory=lambda: copy.deepcopy(SUBSCRIPTIONS))
    registrations: dict[str, str] = field(
        default_factory=lambda: {name.lower(): "Registered" for name in NAMESPACES}
    )
    taken_names: set[str] = field(default_factory=set)
    page_size: int = 2
    creation_polls: int = 1

    def answer(self, request: Request, server: str) -> Answer:
        """The answer to any request with a token that is good."""
        if "api-version" not in request.query:
            return refuse(400, "MissingApiVersionParameter")
        for pattern, content in self.answers.items():
            if _matches(pattern, request.line):
                return self._say(request, server, content)
        for pattern, act in _ACTIONS.items():
            if _matches(pattern, request.line):
                return act(self, request)
        path = request.path.lower().rstrip("/")
        match request.method:
            case "GET" if path in self.objects:
                return self._read(path)
            case "GET" if len(path.split("/")) % 2 == 0:
                return self._say(request, server, self._children(path))
            case "PUT":
                return self._write(request, path)
            case "DELETE":
                return self._delete(path)
        return self._missing(path)

    def _say(self, request: Request, server: str, content: Any) -> Answer:
        if not isinstance(content, list):
            return Answer(content=content)
        start = int(request.query.get("$skiptoken", "0"))
        end = start + self.page_size
        content = _in_location(content, request.query.get("$filter", ""))
        page: Json = {"value": content[start:end]}
        if end < len(content):
            query = urlencode({**request.query, "$skiptoken": end})
            page["nextLink"] = f"{server}{request.path}?{query}"
        return Answer(content=page)

    def _read(self, path: str) -> Answer:
        found = self.objects[path]
        properties = found.get("properties", {})
        polls = properties.pop("polls", 0)
        if polls > 1:
            properties["polls"] = polls - 1
            properties.setdefault("provisioningState", "Creating")
            if properties["provisioningState"] == "Succeeded":
                properties["provisioningState"] = "Creating"
            return Answer(content=found)
        if polls:
            properties["provisioningState"] = "Succeeded"
        return Answer(content=found)

    def _children(self, path: str) -> list[Json]:
        """What lies directly in a collection; a group's ``resources`` are all that is in it."""
        if path.endswith("/resources"):
            folder = path.removesuffix("/resources") + "/providers/"
            return [item for key, item in self.objects.items() if _is_top(key, folder)]
        return [
            item
            for key, item in self.objects.items()
            if key.startswith(path + "/") and "/" not in key.removeprefix(path + "/")
        ]

    def _write(self, request: Request, path: str) -> Answer:
        group = _GROUP.fullmatch(path)
        if group and group[2] and group[1] not in self.objects:
            return refuse(404, "ResourceGroupNotFound", f"Resource group {group[1]} ...")
        name = request.path.rsplit("/", 1)[1]
        is_new = path not in self.objects
        if _ASSIGNMENT in path and (same := self._same_assignment(path, request.json)):
            return refuse(409, "RoleAssignmentExists", f"The role assignment {same} exists.")
        if re.search(r"/storageaccounts/[^/]+$", path) and is_new and name in self.taken_names:
            return refuse(409, "StorageAccountAlreadyTaken", f"The name {name} is taken.")
        body = {"id": request.path, "name": name, **request.json}
        body["properties"] = {**body.get("properties", {}), "provisioningState": "Succeeded"}
        self.objects[path] = body
        if is_new and re.search(r"/storageaccounts/[^/]+$", path):
            body["properties"]["polls"] = self.creation_polls + 1
            return Answer(202, None, {"Location": "https://example.invalid/operation"})
        return Answer(201 if is_new else 200, body)

    def _same_assignment(self, path: str, body: Json) -> str | None:
        scope = path.partition(_ASSIGNMENT)[0]
        wanted = body["properties"]
        for key, item in self.objects.items():
            there = item.get("properties", {})
            names = ("principalId", "roleDefinitionId")
            is_same = all(there.get(name) == wanted[name] for name in names)
            if key.startswith(scope + _ASSIGNMENT) and is_same and key != path:
                return key
        return None

    def _delete(self, path: str) -> Answer:
        if path not in self.objects:
            return Answer(204)
        for key in [key for key in self.objects if key == path or key.startswith(path + "/")]:
            del self.objects[key]
        return Answer(202)

    def _missing(self, path: str) -> Answer:
        group = _GROUP.fullmatch(path)
        if group and not group[2]:
            return refuse(404, "ResourceGroupNotFound", f"Resource group '{path}' not found.")
        return refuse(404, "ResourceNotFound", f"The Resource '{path}' was not found.")


def _subscription(resources: Resources, request: Request) -> Answer:
    subscription = resources.subscriptions.get(request.path.split("/")[2].lower())
    if subscription is None:
        return refuse(404, "SubscriptionNotFound", "The subscription could not be found.")
    return Answer(content=subscription)


def _provider(resources: Resources, request: Request) -> Answer:
    namespace = request.path.split("/")[4]
    state = resources.registrations.get(namespace.lower(), "NotRegistered")
    if state == "Registering":  # done by the next look
        resources.registrations[namespace.lower()] = "Registered"
    return Answer(content={"id": request.path, "namespace": namespace, "registrationState": state})


def _register(resources: Resources, request: Request) -> Answer:
    namespace = request.path.split("/")[4]
    resources.registrations[namespace.lower()] = "Registering"
    return Answer(content={"namespace": namespace, "registrationState": "Registering"})


def _check_name(resources: Resources, request: Request) -> Answer:
    name, (pattern, invalid) = request.json["name"], _NAME_RULES[request.path.split("/")[4].lower()]
    if not re.fullmatch(pattern, name):
        message = f"{name} is not a valid name."
        return Answer(content={"nameAvailable": False, "reason": invalid, "message": message})
    if name in resources.taken_names:
        message = f"{name} is taken."
        content = {"nameAvailable": False, "reason": "AlreadyExists", "message": message}
        return Answer(content=content)
    return Answer(content={"nameAvailable": True})


def _check_label(resources: Resources, request: Request) -> Answer:
    return Answer(
        content={"available": request.query["domainNameLabel"] not in resources.taken_names}
    )


def _switch_cluster(resources: Resources, request: Request) -> Answer:
    path, _, act = request.path.rpartition("/")
    properties = resources.objects[path.lower()].setdefault("properties", {})
    is_stop = act == "stop"
    properties["powerState"] = {"code": "Stopped" if is_stop else "Running"}
    properties["provisioningState"] = "Stopping" if is_stop else "Starting"
    properties["polls"] = 2
    return Answer(202)


def _switch_database(resources: Resources, request: Request) -> Answer:
    path, _, act = request.path.rpartition("/")
    properties = resources.objects[path.lower()].setdefault("properties", {})
    properties["state"] = "Stopped" if act == "stop" else "Ready"
    return Answer(202)


def _in_location(items: list[Json], filter_text: str) -> list[Json]:
    """What a filter leaves: ``location eq 'westeurope'``."""
    match = re.fullmatch(r"location eq '(\w+)'", filter_text)
    if match is None:
        return items
    return [item for item in items if match[1] in (name.lower() for name in item["locations"])]


_NAME_RULES = {
    "microsoft.storage": (r"[a-z0-9]{3,24}", "AccountNameInvalid"),
    "microsoft.containerregistry": (r"[a-zA-Z0-9]{5,50}", "Invalid"),
    "microsoft.dbformysql": (r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "Invalid"),
}

_PROVIDERS = "/subscriptions/*/resourceGroups/*/providers"
_CLUSTERS = f"{_PROVIDERS}/Microsoft.ContainerService/managedClusters"
_DATABASES = f"{_PROVIDERS}/Microsoft.DBforMySQL/flexibleServers"
_ACTIONS: dict[str, Callable[[Resources, Request], Answer]] = {
    "GET /subscriptions/*": _subscription,
    "GET /subscriptions/*/providers/*": _provider,
    "POST /subscriptions/*/providers/*/register": _register,
    "POST /subscriptions/*/providers/*/checkNameAvailability": _check_name,
    **dict.fromkeys((f"POST {_CLUSTERS}/*/stop", f"POST {_CLUSTERS}/*/start"), _switch_cluster),
    **dict.fromkeys((f"POST {_DATABASES}/*/stop", f"POST {_DATABASES}/*/start"), _switch_database),
    "GET /subscriptions/*/providers/*/locations/*/CheckDnsNameAvailability": _check_label,
}


def _matches(pattern: str, line: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", "[^/]+")
    return re.fullmatch(expression, line, re.IGNORECASE) is not None


def _is_top(key: str, folder: str) -> bool:
    """Whether a path is ``folder`` and a provider, a type and a name."""
    return key.startswith(folder) and key.removeprefix(folder).count("/") == 2
