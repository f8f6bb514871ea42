"""Home, a component's log, the runs and the resources: one key leads from each to each."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from matcha_tui.screens.base import MatchaScreen

HOME = "home"


class PlaceScreen(MatchaScreen):
    """One of the places above home; it stands in the place of the one before.

    The keys, and the ids by which their users change them, are those of home.
    """

    PLACE: ClassVar[str] = ""
    """The action of home that leads here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "l",
            "go('log')",
            "Log",
            id="home.log",
            tooltip="The log of the component that home looks at",
        ),
        Binding("h", "go('history')", "Runs", id="home.history", tooltip="What was run here"),
        Binding(
            "r", "go('resources')", "Resources", id="home.resources", tooltip="Addresses, passwords"
        ),
        Binding("escape,q", f"go('{HOME}')", "Home", id="place.home", tooltip="Back to home"),
    ]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the places that home offers, but for this one."""
        if action != "go" or parameters == (HOME,):
            return True
        (place,) = map(str, parameters)
        return place != self.PLACE and bool(self.app.screen_stack[0].check_action(place, ()))

    def action_go(self, place: str) -> None:
        """Go to another place, by way of home."""
        home = self.app.screen_stack[0]
        self.go_home()
        if place != HOME:
            self.app.call_later(self.app.run_action, place, home)
