from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.usage import find_pages

FLAVORS = [flavor for flavor in load_catalog().flavors if flavor.target == "local"]


def test_what_can_be_looked_at_has_a_page():
    resources = {
        "experiment-tracker": {"tracking-url": "http://127.0.0.1:5000"},
        "model-deployer": {"base-url": "127.0.0.1:8080"},
        "data-version-control": {"remote-url": "/remote"},
    }
    assert find_pages(FLAVORS, resources) == {
        "experiment-tracker": "http://127.0.0.1:5000",
        "model-deployer": "http://127.0.0.1:8080/v2/docs",
    }


def test_every_page_is_made_of_properties_that_its_flavor_has():
    resources = {
        flavor.resource: {item.name: "x" for item in flavor.properties} for flavor in FLAVORS
    }
    assert find_pages(FLAVORS, resources).keys() == {
        flavor.resource for flavor in FLAVORS if flavor.page
    }
