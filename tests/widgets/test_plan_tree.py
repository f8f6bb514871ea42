"""The tree of a plan: folded, searched, walked by keys, and not broken by what is in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from matcha_tui.screens.review_panes import PlanPane
from matcha_tui.terraform.events import Action, PlannedChange
from matcha_tui.terraform.planned import SENSITIVE, UNKNOWN, AttributeChange, PlannedResource
from matcha_tui.terraform.progress import ResourceProgress, RunProgress
from matcha_tui.theme import OTHERS
from matcha_tui.widgets.plan_outline import PlanOutline, outline
from matcha_tui.widgets.plan_tree import PlanTree
from tests.screens.keyboard import seen, until_still

SERVER = "module.experiment_tracker.terraform_data.service"
STORE = "module.deployer.terraform_data.storage"
LONG = '"' + "x" * 200 + 'end"'
PLANNED = (
    PlannedResource(
        "services",
        SERVER,
        (
            AttributeChange("password", SENSITIVE, SENSITIVE),
            AttributeChange("port", "5000", "5001", forces_replacement=True),
        ),
    ),
    PlannedResource(
        "services",
        STORE,
        (AttributeChange("id", None, UNKNOWN), AttributeChange("path", None, LONG)),
    ),
)
ACTIONS = {SERVER: Action.REPLACE, STORE: Action.CREATE}


class PlanApp(App[None]):
    CSS = "PlanPane { border: round $primary; }"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return OTHERS

    def compose(self) -> ComposeResult:
        yield PlanPane("Plan")


def progress_of(actions: dict[str, Action]) -> RunProgress:
    return RunProgress().apply_all(
        [PlannedChange(address=address, action=action) for address, action in actions.items()]
    )


@asynccontextmanager
async def shown(
    *planned: PlannedResource, actions: dict[str, Action] = ACTIONS
) -> AsyncIterator[Pilot[None]]:
    app = PlanApp()
    async with app.run_test(size=(60, 19)) as pilot:
        tree = app.query_one(PlanTree)
        tree.focus()
        known = {("", one.address): one for one in planned}
        tree.show_plan(progress_of(actions), known)
        await until_still(pilot)
        yield pilot


def lines(pilot: Pilot[None]) -> list[str]:
    tree = pilot.app.query_one(PlanTree)
    drawn = (tree.render_line(row).text.rstrip() for row in range(tree.size.height))
    return [line for line in drawn if line]


def current(pilot: Pilot[None]) -> str:
    tree = pilot.app.query_one(PlanTree)
    return tree.rows[tree.cursor].node.text


async def test_resources_are_folded_and_opened_by_key():
    async with shown(*PLANNED) as pilot:
        assert lines(pilot) == [
            "▾ Experiment tracker  ±1",
            "  ▸ ± replace service  because of port",
            "▾ Deployer  +1",
            "  ▸ + create  storage",
        ]
        await pilot.press("j", "space")
        assert lines(pilot)[1:4] == [
            "  ▾ ± replace service  because of port",
            "      ~ password = (sensitive) → (sensitive)",
            "      ~ port = 5000 → 5001  forces replacement",
        ]
        await pilot.press("right", "right", "left", "left")  # into it, and out again
        assert current(pilot) == "service"
        await pilot.press("h", "h")
        assert current(pilot) == "Experiment tracker"
        await pilot.press("h")
        assert lines(pilot)[0] == "▸ Experiment tracker  ±1"


async def test_what_is_cut_can_be_read_whole():
    async with shown(*PLANNED) as pilot:
        await pilot.press("plus", "end")
        assert lines(pilot)[-1].endswith("…")
        await pilot.press("space")
        shown_whole = "".join(line.strip() for line in lines(pilot))
        assert LONG in shown_whole
        await pilot.press("minus")
        assert current(pilot) == "storage"
        assert len(lines(pilot)) == 4


async def test_a_search_opens_what_hides_it_and_goes_round():
    async with shown(*PLANNED) as pilot:
        await pilot.press("slash", *"500")
        assert "1 of 1 found" in seen(pilot)
        assert current(pilot) == "port = 5000 → 5001"
        await pilot.press("escape")
        assert "found" not in seen(pilot)
        await pilot.press("slash", *"s", "enter", "n", "n")
        first = current(pilot)
        await pilot.press("n", "N")
        assert current(pilot) == first


@pytest.mark.parametrize(
    ("keys", "at", "pages"),
    [
        (("end",), 59, 0),
        (("G", "g"), 0, 0),
        (("pagedown",), 0, 1),
        (("end", "pageup"), 59, -1),
        (("k",), 0, 0),
    ],
)
async def test_it_is_walked_by_key(keys, at, pages):
    actions = {f"module.deployer.a.b{number}": Action.CREATE for number in range(59)}
    async with shown(actions=actions) as pilot:
        await pilot.press(*keys)
        await until_still(pilot)
        tree = pilot.app.query_one(PlanTree)
        at += pages * (tree.size.height - 1)
        assert tree.cursor == at
        assert 0 <= at - tree.scroll_offset.y < tree.size.height


async def test_the_attributes_come_later_and_the_cursor_stays():
    async with shown() as pilot:
        await pilot.press("end")
        tree = pilot.app.query_one(PlanTree)
        tree.show_plan(progress_of(ACTIONS), {("", one.address): one for one in PLANNED})
        assert current(pilot) == "storage"
        await pilot.press("space")
        assert "id = (known after apply)" in seen(pilot)


async def test_the_mouse_opens_what_it_points_at():
    async with shown(*PLANNED) as pilot:
        await pilot.click(PlanTree, offset=(20, 1))
        assert current(pilot) == "service"
        await pilot.click(PlanTree, offset=(20, 1))
        assert "port = 5000" in seen(pilot)


async def test_nothing_from_outside_breaks_the_screen():
    hostile = "[red]日本語\u05d0\u0301[/] %s {x}"
    address = f'module.{hostile}.a.b["{hostile}"]'
    change = AttributeChange(hostile, None, f'"{hostile * 400}"')
    planned = PlannedResource("", address, (change,))
    async with shown(planned, actions={address: Action.CREATE}) as pilot:
        await pilot.press("plus", "end", "space")
        assert "[red]日本語" in seen(pilot)
        await pilot.press("slash", *"[red]", "enter", "n")
        assert "found" in seen(pilot)


def test_two_thousand_resources_are_few_rows_until_they_are_opened():
    resources = [
        ResourceProgress("services", f"module.deployer.a.b{number}", Action.CREATE)
        for number in range(2000)
    ]
    planned = {
        (one.layer, one.address): PlannedResource(one.layer, one.address, PLANNED[1].attributes)
        for one in resources
    }
    plan = PlanOutline()
    plan.show(outline(resources, planned))
    assert len(plan.rows) == 2001
    plan.set_all_open(True)
    assert len(plan.rows) == 6001
    plan.search("KNOWN AFTER")
    assert len(plan.found) == 2000
