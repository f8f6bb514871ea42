"""What a change of modules, settings or region does to the cost."""

from dataclasses import dataclass

from matcha_tui.pricing.estimate import NOTHING, CostLine, Estimate, Span


@dataclass(frozen=True, slots=True)
class Change:
    """What changes for one thing."""

    owner: str  # what it is for: a module's title
    item: str
    before: Span | None  # what it cost a month; `None` if it was not there
    after: Span | None  # what it will cost; `None` if it goes
    # The difference; `None` if a price is unknown. Its two ends are those of the fewest and of the
    # most nodes: the first may be above the second.
    monthly: Span | None


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes in all."""

    currency: str  # `USD`
    changes: tuple[Change, ...]  # only what changes

    @property
    def monthly(self) -> Span:
        """What changes a month, as far as prices are known: see `complete`."""
        known = (change.monthly for change in self.changes if change.monthly is not None)
        return sum(known, NOTHING)

    @property
    def complete(self) -> bool:
        """Whether every change has a price."""
        return all(change.monthly is not None for change in self.changes)


def compare(before: Estimate, after: Estimate) -> Difference | None:
    """Return what changes from one estimate to another; ``None`` if their currencies differ."""
    if before.currency != after.currency:
        return None
    old, new = _by_thing(before), _by_thing(after)
    changes = [
        _change(thing, old.get(thing, ()), new.get(thing, ()))
        for thing in {**old, **new}
        if not _same(old.get(thing, ()), new.get(thing, ()), before.region == after.region)
    ]
    return Difference(after.currency, tuple(changes))


_Thing = tuple[str, str]
_Lines = tuple[CostLine, ...]


def _by_thing(estimate: Estimate) -> dict[_Thing, _Lines]:
    things: dict[_Thing, _Lines] = {}
    for line in estimate.lines:
        thing = (line.item.owner, line.item.item)
        things[thing] = (*things.get(thing, ()), line)
    return things


def _same(old: _Lines, new: _Lines, same_region: bool) -> bool:
    """Return whether nothing changes; what has no price is only the same in the same region."""
    if _cost(old) is None or _cost(new) is None:
        return same_region and [line.item for line in old] == [line.item for line in new]
    return bool(old) and bool(new) and _cost(old) == _cost(new)


def _change(thing: _Thing, old: _Lines, new: _Lines) -> Change:
    before, after = _cost(old), _cost(new)
    return Change(
        owner=thing[0],
        item=thing[1],
        before=before if old else None,
        after=after if new else None,
        monthly=None if before is None or after is None else after - before,
    )


def _cost(lines: _Lines) -> Span | None:
    """Return what the lines cost together; nothing for none, ``None`` if one has no price."""
    costs = [line.monthly for line in lines if line.monthly is not None]
    return sum(costs, NOTHING) if len(costs) == len(lines) else None
