"""How long each resource should take: remembered from earlier runs, and a target's table.

What a user's runs of a target took is kept in one file of the user's state folder. A resource is
looked up by its address, since another module's environment takes another time, then by its type.
What was never seen and is not in the table has no expected time, and nobody guesses one.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from statistics import fmean, median

from matcha_tui.errors import MatchaError
from matcha_tui.system.files import make_private_directory, user_state, write_atomically
from matcha_tui.terraform.events import Action
from matcha_tui.terraform.progress import ResourceProgress, ResourceState

_TABLE = "expected_times.toml"
_FOLDER = "expected_times"
_MOST_TIMES, _MOST_NAMES = 5, 2_000
_LEAST_SECONDS = 0.2  # what takes no time counts, too
_MOST_BEFORE_THE_END = 0.95  # of a resource that takes longer than expected
_INDEX = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[[^\]"]*\]')
_TARGET = re.compile(r"[\w-]{1,64}")
_PLAIN_TYPE = "terraform_data"
_OVER = (ResourceState.DONE, ResourceState.FAILED, ResourceState.STOPPED)


@dataclass(frozen=True, slots=True)
class ExpectedTimes:
    """How long resources take, in seconds.

    Attributes:
        seen: What earlier runs took, the latest last: by ``create`` and the address without
            its indexes, and by ``create`` and the type.
        table: What to expect before anything was seen: by ``create``, by the type.
    """

    seen: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    table: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def seconds(self, resource: ResourceProgress) -> float | None:
        """Return how long a resource takes; ``None`` where that is not known."""
        for name in _names(resource.action, resource.address):
            if times := self.seen.get(name):
                return median(times)
        return self.table.get(resource.action, {}).get(_kind(resource.address))

    def seconds_left(self, resource: ResourceProgress, now: datetime) -> float | None:
        """Return how much longer it takes; below 0 when it should have ended already.

        Returns:
            ``None`` where that is not known, and 0 for what is over.
        """
        if resource.state in _OVER:
            return 0.0
        expected, spent = self.seconds(resource), resource.elapsed(now)
        if expected is None:
            return None
        return expected - (spent.total_seconds() if spent else 0.0)

    def share_done(self, resources: Iterable[ResourceProgress], now: datetime) -> float:
        """Return how much of the work is done, from 0 to 1, by the time that each part takes.

        What has no expected time counts as much as the mean of the others.
        """
        pairs = [(resource, self.seconds(resource)) for resource in resources]
        known = [max(_LEAST_SECONDS, seconds) for _, seconds in pairs if seconds is not None]
        usual = fmean(known) if known else 1.0
        whole = done = 0.0
        for resource, seconds in pairs:
            weight = usual if seconds is None else max(_LEAST_SECONDS, seconds)
            whole += weight
            done += weight * _share(resource, seconds, now)
        return done / whole if whole else 0.0


def read_times(environment: Mapping[str, str], target: str, package: str = "") -> ExpectedTimes:
    """Return what is remembered of a target; a damaged file is none.

    Args:
        environment: Says where the user's state folder is.
        target: The target's name.
        package: The target's package, which may have an ``expected_times.toml``.
    """
    table = read_table(package) if package else {}
    if not _TARGET.fullmatch(target):
        return ExpectedTimes(table=table)
    try:
        content = json.loads(_file(environment, target).read_bytes())
        seen = {
            str(name): tuple(float(seconds) for seconds in times) for name, times in content.items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        seen = {}
    return ExpectedTimes(seen, table)


@cache
def read_table(package: str) -> Mapping[str, Mapping[str, float]]:
    """Return the times that a target's package brings: by ``create``, by type; maybe none."""
    from importlib.resources import files  # only who watches a run asks for it

    try:
        return tomllib.loads(files(package).joinpath(_TABLE).read_text("utf-8"))
    except (OSError, ImportError, ValueError):
        return {}


def remember_times(
    environment: Mapping[str, str], target: str, resources: Iterable[ResourceProgress]
) -> None:
    """Write down how long the resources of a run took.

    Raises:
        MatchaError: If it cannot be written.
    """
    if not _TARGET.fullmatch(target):
        raise MatchaError(f"{target!r} is no target's name")
    seen = dict(read_times(environment, target).seen)
    before = dict(seen)
    for resource in resources:
        if resource.state is ResourceState.DONE and resource.started and resource.finished:
            seconds = round((resource.finished - resource.started).total_seconds(), 2)
            for name in _names(resource.action, resource.address):
                seen[name] = (*seen.pop(name, ()), seconds)[-_MOST_TIMES:]
    if seen != before:
        path = _file(environment, target)
        make_private_directory(path.parent)
        kept = dict(list(seen.items())[-_MOST_NAMES:])
        write_atomically(path, json.dumps(kept, indent=1) + "\n")


def _file(environment: Mapping[str, str], target: str) -> Path:
    return user_state(environment) / _FOLDER / f"{target}.json"


def _share(resource: ResourceProgress, seconds: float | None, now: datetime) -> float:
    if resource.state is ResourceState.DONE:
        return 1.0
    spent = resource.elapsed(now)
    if spent is None or not seconds:
        return 0.0
    return min(_MOST_BEFORE_THE_END, max(0.0, spent.total_seconds()) / seconds)


@lru_cache(maxsize=8_192)
def _names(action: Action, address: str) -> tuple[str, str]:
    return f"{action} {_INDEX.sub('', address)}", f"{action} {_kind(address)}"


@lru_cache(maxsize=8_192)
def _kind(address: str) -> str:
    """Return what tells how long a resource takes: its type, or a plain one's name."""
    kind, _, name = ".".join(_INDEX.sub("", address).split(".")[-2:]).partition(".")
    return f"{kind}.{name}" if kind == _PLAIN_TYPE else kind
