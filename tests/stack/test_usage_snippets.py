"""Every module says how it is used, and no secret is in what it says."""

import re

import pytest

from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.usage import SNIPPETS, find_snippets

CATALOG = load_catalog()


@pytest.mark.parametrize("flavor", CATALOG.flavors, ids=lambda flavor: str(flavor.place))
def test_every_place_in_a_snippet_is_a_property_that_can_be_shown(flavor):
    given = {item.name: "https://tea.example:8443/x" for item in flavor.properties}
    found = find_snippets(flavor, given)
    assert found.keys() == SNIPPETS.keys()
    secret = [item.name for item in flavor.properties if item.secret]
    for text in found.values():
        assert not re.search(r"\$\{[a-z0-9-]+(:\w+)?\}", text)
    for name in secret:
        assert all(f"${{{name}" not in text for text in find_snippets(flavor, {}).values())


def test_parts_of_an_address_are_filled_in():
    chroma = CATALOG.find("local", "vector_database", "chroma")
    text = find_snippets(chroma, {"url": "http://127.0.0.1:8000"})["python"]
    assert 'HttpClient(host="127.0.0.1", port=8000)' in text
