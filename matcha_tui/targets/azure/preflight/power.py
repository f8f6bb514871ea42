"""Whether the cluster runs: a stopped one cannot be changed."""

from functools import partial

from matcha_tui.targets.azure.preflight.cluster import find_cluster
from matcha_tui.targets.azure.preflight.context import CheckContext
from matcha_tui.targets.findings import Fix, FixableError


def check_power(context: CheckContext) -> str:
    """See that nobody has stopped the cluster."""
    cluster = find_cluster(context)
    if cluster is None:
        return "there is no cluster yet"
    if not cluster.is_stopped:
        return "the cluster runs"
    raise FixableError(
        "the cluster is stopped, and Terraform cannot ask it",
        hint="Start it: matcha start",
        fix=Fix("Start the cluster", partial(_start, context)),
    )


def _start(context: CheckContext) -> str:
    # Late: Azure's libraries take a second to import.
    from matcha_tui.targets.azure.arm.power import cluster_of, database_of, start_machines

    requirements, account = context.requirements, context.reader.account
    group, names = requirements.group_path, requirements.names
    if "database" in requirements.things:
        start_machines(account, (database_of(group, names.database),), lambda _line: None)
    start_machines(account, (cluster_of(group, names.cluster),), lambda _line: None)
    return "The cluster runs."
