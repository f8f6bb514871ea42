"""The animated picture: every row of every still one is shown while that picture is."""

from xml.etree import ElementTree as ET

from textual.app import App, ComposeResult
from textual.widgets import Static

from screenshots.cast import Frame, animate

_SVG = "{http://www.w3.org/2000/svg}"


class _Three(App[None]):
    """Three rows."""

    def compose(self) -> ComposeResult:
        """Return them."""
        yield Static("same\nfirst\nlast", id="rows")


async def test_a_row_is_visible_while_a_picture_shows_it():
    app = _Three()
    async with app.run_test(size=(12, 4)) as pilot:
        before = app.export_screenshot(title="t")
        app.query_one("#rows", Static).update("same\nsecond\nlast")
        await pilot.pause()
        after = app.export_screenshot(title="t")

    root = ET.fromstring(animate([Frame(before, 1.0), Frame(after, 3.0)]))

    texts = {
        group.attrib["id"]: "".join(group.itertext()).strip("\n\xa0")
        for group in root.iter(f"{_SVG}g")
        if "id" in group.attrib
    }
    shown: dict[str, list[tuple[str, str]]] = {}
    for use in root.iter(f"{_SVG}use"):
        animation = use.find(f"{_SVG}animate")
        spans = (
            [("visible", "0")]
            if animation is None
            else list(
                zip(
                    animation.attrib["values"].split(";"),
                    animation.attrib["keyTimes"].split(";"),
                    strict=True,
                )
            )
        )
        shown[texts[use.attrib["href"][1:]]] = spans
    assert shown["same"] == shown["last"] == [("visible", "0")]
    assert shown["first"] == [("visible", "0"), ("hidden", "0.25")]
    assert shown["second"] == [("hidden", "0"), ("visible", "0.25")]
