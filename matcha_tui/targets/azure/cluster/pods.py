"""What the pods of a component have logged, from the cluster's API; kubectl is not needed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urlencode

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.azure.cluster.api import ClusterApi, open_cluster
from matcha_tui.targets.base import StackSpec
from matcha_tui.targets.parts import LogWindow

_QUIET_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod."""

    namespace: str
    pod: str
    name: str

    def log_path(self, window: LogWindow) -> str:
        """Return what is asked for its log."""
        query: dict[str, str | int] = {"container": self.name}
        if window.since is not None:
            seconds = (datetime.now(UTC) - window.since).total_seconds()
            query["sinceSeconds"] = max(1, math.ceil(seconds))
        if window.lines is not None:
            query["tailLines"] = window.lines
        if window.follow:
            query["follow"] = "true"
        return f"/api/v1/namespaces/{self.namespace}/pods/{self.pod}/log?{urlencode(query)}"


def read_pod_logs(spec: StackSpec, flavor: str, window: LogWindow) -> Iterator[str]:
    """Yield the lines of every container of a component's namespaces.

    A line of one of several begins with ``pod/container | ``. Namespaces are those that begin
    with ``matcha-`` and the flavor's name, as the modules make them.
    """
    cluster = open_cluster(spec, f"the log of {flavor}")
    containers = _find_containers(cluster, flavor)
    if not containers:
        raise MatchaError(
            f"{flavor} has no pods on the cluster, so there is no log",
            hint="`matcha status` says how each component is.",
            exit_code=ExitCode.REFUSED,
        )

    def read(container: Container) -> Iterator[str]:
        start = f"{container.pod}/{container.name} | " if len(containers) > 1 else ""
        for line in cluster.lines(container.log_path(window), wait=window.follow):
            yield f"{start}{line}"

    reading = [read(container) for container in containers]
    yield from _side_by_side(reading) if window.follow else _one_by_one(reading)


def _find_containers(cluster: ClusterApi, flavor: str) -> list[Container]:
    names = [item["metadata"]["name"] for item in cluster.ask("GET", "/api/v1/namespaces")["items"]]
    own = f"matcha-{flavor}"
    return [
        Container(namespace, pod["metadata"]["name"], container["name"])
        for namespace in sorted(names)
        if namespace == own or namespace.startswith(f"{own}-")
        for pod in cluster.ask("GET", f"/api/v1/namespaces/{namespace}/pods")["items"]
        for container in pod["spec"]["containers"]
    ]


def _one_by_one(logs: list[Iterator[str]]) -> Iterator[str]:
    """Yield one log after the other; one that cannot be read is no reason to hide the others."""
    refused: list[MatchaError] = []
    for log in logs:
        try:
            yield from log
        except MatchaError as error:  # as long as it is being created
            refused.append(error)
    if len(refused) == len(logs):
        raise refused[0]


def _side_by_side(logs: list[Iterator[str]]) -> Iterator[str]:
    """Yield lines as they come, and an empty one now and then, until every log has ended."""
    arriving: SimpleQueue[str | MatchaError | None] = SimpleQueue()

    def listen(log: Iterator[str]) -> None:
        try:
            for line in log:
                arriving.put(line)
        except MatchaError as error:
            arriving.put(error)
        else:
            arriving.put(None)

    for log in logs:
        Thread(target=listen, args=(log,), daemon=True).start()
    ended: list[MatchaError | None] = []
    while len(ended) < len(logs):
        try:
            found = arriving.get(timeout=_QUIET_SECONDS)
        except Empty:
            found = ""
        if isinstance(found, str):
            yield found
        else:
            ended.append(found)
    if None not in ended and (first := ended[0]):
        raise first
