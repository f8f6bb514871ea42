"""Runs on Azure: what exists already is taken in, warnings are not lost, data is not kept."""

from dataclasses import replace

from matcha_tui.app import MatchaApp
from matcha_tui.screens.destroy import DestroyScreen
from matcha_tui.screens.monitor import MonitorScreen
from matcha_tui.terraform.events import (
    Action,
    Diagnostic,
    Event,
    PlannedChange,
    ResourceFailed,
    RunFinished,
    RunStarted,
    RunState,
    Severity,
    StepFinished,
    StepStarted,
)
from tests.screens import recorded
from tests.screens.cloudy import CHOSEN, CloudySession
from tests.screens.frozen import deployed, make_run
from tests.screens.keyboard import seen, until, until_seen
from tests.screens.recorded import at

GROUP = "module.foundation.azurerm_resource_group.main"
LAYER = "foundation"


def met_what_exists() -> list[Event]:
    sentence = (
        'a resource with the ID "/subscriptions/1/resourceGroups/matcha-resources" already exists'
        " - to be managed via Terraform this resource needs to be imported into the State."
    )
    return [
        RunStarted(steps=(("apply", LAYER),), timestamp=at(0)),
        StepStarted(name="apply", layer=LAYER, timestamp=at(0)),
        PlannedChange(address=GROUP, action=Action.CREATE, timestamp=at(0)),
        ResourceFailed(address=GROUP, action=Action.CREATE, elapsed_seconds=1, timestamp=at(1)),
        Diagnostic(
            severity=Severity.ERROR,
            summary=sentence,
            address=GROUP,
            timestamp=at(1),
        ),
        StepFinished(name="apply", layer=LAYER, exit_code=1, timestamp=at(2)),
        RunFinished(state=RunState.FAILED, exit_code=1, timestamp=at(2)),
    ]


async def test_what_exists_already_can_be_imported_after_a_yes():
    session = CloudySession(met_what_exists(), deployed(), settings=CHOSEN)
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(MonitorScreen(session, make_run("provision")))
        await until_seen(pilot, "Press a to import what exists already")
        await pilot.press("a")
        await until_seen(pilot, "Import what exists already?")
        assert "resource_group.main" in seen(pilot)
        assert session.deployment.asked == []
        await pilot.press("y")
        await until(pilot, lambda: session.deployment.asked == ["provision, importing"])


async def test_other_failures_offer_nothing_to_import():
    session = CloudySession(recorded.broken(), deployed(), settings=CHOSEN)
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(MonitorScreen(session, make_run("provision")))
        await until_seen(pilot, "r Run again")
        assert "Adopt" not in seen(pilot)


async def test_what_azure_refuses_is_explained_with_the_bad_outcome():
    session = CloudySession(met_what_exists(), deployed(), settings=CHOSEN)
    run = replace(make_run("provision"), details={"stack": "default", "target": "azure"})
    app = MatchaApp(session)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.push_screen(MonitorScreen(session, run))
        await until_seen(pilot, "It exists already, though Terraform does not know it")


async def test_a_warning_is_shown_with_the_good_outcome():
    *before, end = recorded.built()
    warning = Diagnostic(
        severity=Severity.WARNING,
        summary="The resource group could not be confirmed to be gone",
        timestamp=at(23),
    )
    session = CloudySession([*before, warning, end], deployed(), settings=CHOSEN)
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(MonitorScreen(session, make_run("destroy")))
        await until_seen(pilot, "Everything is taken down")
        assert "▲ The resource group could not be confirmed to be gone" in seen(pilot)


async def test_a_destroy_on_azure_offers_to_keep_nothing():
    session = CloudySession(overview=deployed(), settings=CHOSEN)
    app = MatchaApp(session)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(DestroyScreen(session))
        await until_seen(pilot, "This takes the whole stack down:")
        await pilot.press("f2")
        assert "Keep" not in seen(pilot)
