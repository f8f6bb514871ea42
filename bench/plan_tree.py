"""Measures the review of a plan of 2,000 resources: ``python -m bench.plan_tree``.

CPU time of this process until the tree is drawn, and for one key with all that comes of it, what
Textual's pilot adds included; beside the same with a plan of eleven resources: so much is not the
tree's. On an idle machine that is the time that passes, for nothing here waits.
"""

import asyncio
import statistics
import time
from collections.abc import Sequence

from textual.pilot import Pilot

from matcha_tui.app import MatchaApp
from matcha_tui.screens.review import ReviewScreen
from matcha_tui.terraform.events import Action, ChangeSummary, Event, PlannedChange
from matcha_tui.terraform.planned import AttributeChange, PlannedResource
from matcha_tui.widgets.plan_tree import PlanTree
from tests.screens import recorded
from tests.screens.frozen import FrozenSession

_RESOURCES, _ATTRIBUTES = 2000, 10
_MODULES = ("orchestrator", "experiment_tracker", "deployer", "vector_database")
_FIRST_PAINT, _KEY = 1.0, 0.050
_KEYS = {
    "down": ["j"] * 60,
    "page down": ["pagedown"] * 20,
    "unfold, fold": ["space"] * 20,
    "unfold, fold all": ["plus", "minus"] * 5,
    "search, a key": ["slash", *"attribute_9", "enter"],
    "next find": ["n"] * 20,
}


def main() -> None:
    """Print a line a measurement; exit 1 if one is over its limit."""
    bare, bare_keys = asyncio.run(_measure(recorded.planned(), ()))
    first, keys = asyncio.run(_measure(_plan(), _attributes()))
    print(f"first paint: {first:.3f} s, {first / bare:.2f} × that of 11 resources ({bare:.3f} s)")
    is_over = first > _FIRST_PAINT
    for name, times in keys.items():
        median, least = statistics.median(times), statistics.median(bare_keys[name])
        slowest, bare_slowest = max(times) * 1000, max(bare_keys[name]) * 1000
        print(
            f"{name:<18} {median * 1000:6.1f} ms, {median / least:5.2f} × that of 11 resources;"
            f" the slowest {slowest:.0f} beside {bare_slowest:.0f}"
        )
        is_over |= median > _KEY
    raise SystemExit(is_over)


async def _measure(
    events: Sequence[Event], attributes: tuple[PlannedResource, ...]
) -> tuple[float, dict[str, list[float]]]:
    session = FrozenSession(events)
    session.deployment.attributes = attributes
    app = MatchaApp(session)
    app.animation_level = "none"
    times: dict[str, list[float]] = {}
    async with app.run_test(size=(120, 40)) as pilot:
        await app.workers.wait_for_complete()
        screen = ReviewScreen(session)
        began = time.process_time()
        await app.push_screen(screen)
        while not screen.query_one(PlanTree).rows or not _is_drawn(pilot):
            await pilot.pause(0)
        first = time.process_time() - began
        await app.workers.wait_for_complete()
        await pilot.pause()
        for name, keys in _KEYS.items():
            times[name] = [await _press(pilot, key) for key in keys]
    return first, times


async def _press(pilot: Pilot[None], key: str) -> float:
    """Press a key; the pilot waits until all that comes of it is drawn."""
    began = time.process_time()
    await pilot.press(key)
    return time.process_time() - began


def _is_drawn(pilot: Pilot[None]) -> bool:
    tree = pilot.app.screen.query_one(PlanTree)
    return tree.size.height > 0 and "create" in tree.render_line(1).text


def _addresses() -> list[str]:
    return [
        f"module.{_MODULES[number % len(_MODULES)]}.terraform_data.part[{number}]"
        for number in range(_RESOURCES)
    ]


def _plan() -> list[Event]:
    """The eleven resources' plan, with 2,000 in their place."""
    changes = [PlannedChange(address=one, action=Action.CREATE) for one in _addresses()]
    others = [one for one in recorded.planned() if not isinstance(one, PlannedChange)]
    at = next(index for index, one in enumerate(others) if isinstance(one, ChangeSummary))
    return [*others[:at], *changes, *others[at:]]


def _attributes() -> tuple[PlannedResource, ...]:
    changes = tuple(
        AttributeChange(f"attribute_{number}", None, f'"value {number}"')
        for number in range(_ATTRIBUTES)
    )
    return tuple(PlannedResource("services", address, changes) for address in _addresses())


if __name__ == "__main__":
    main()
