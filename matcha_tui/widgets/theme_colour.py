"""The theme's colours, for what Rich draws instead of Textual."""

from typing import Any

from textual.app import App
from textual.color import Color


def theme_colour(app: App[Any], name: str) -> str:
    """Return a colour of the current theme as Rich writes it."""
    return Color.parse(app.theme_variables[name]).rich_color.name
