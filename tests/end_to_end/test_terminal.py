"""The wizard in a real terminal, by keys alone, with a real server."""

from collections.abc import Callable, Iterator

import pytest

from tests.command_line import SCRIPTS, Matcha, make_environment
from tests.end_to_end.terminal import Terminal

pytestmark = pytest.mark.e2e


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcha]:
    """An empty project folder; all that is started in it is ended."""
    folder = tmp_path_factory.mktemp("keys") / "iris-demo"
    folder.mkdir()
    command = Matcha(folder, make_environment())
    try:
        yield command
    finally:
        command.clean_up()


@pytest.fixture
def open_wizard(project: Matcha) -> Iterator[Callable[[], Terminal]]:
    """Opens the wizard in a new terminal, as often as it is called."""
    opened: list[Terminal] = []

    def open_one() -> Terminal:
        opened.append(Terminal(SCRIPTS / "matcha-tui", project.folder, project.environment))
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.close()


def test_a_stack_is_chosen_built_and_destroyed_though_a_window_is_closed_meanwhile(
    project: Matcha, open_wizard: Callable[[], Terminal]
):
    first = open_wizard()
    first.wait_for("Start")
    first.press("enter")
    first.wait_for("Stack ›")
    first.press("l", "enter")  # the LLM stack
    first.wait_for("5 modules")
    first.press("space", "down", "space", "down", "down", "space")
    first.wait_for("2 modules")
    first.press("enter")
    first.wait_for("Port on 127.0.0.1")
    first.press("enter")
    first.wait_for("5 to add")
    first.press("enter")
    first.wait_for("creating")
    first.close()

    second = open_wizard()
    second.wait_for("Watch")
    second.press("w")
    second.wait_for("Your stack is up")
    second.press("enter")
    second.wait_for("remote-url")
    assert project("status").returncode == 0

    second.press("escape")
    second.wait_for("Destroy")
    second.press("d")
    second.wait_for("Type iris-demo to destroy it")
    second.press("iris-demo", "enter")
    second.wait_for("Everything is taken down")
    second.press("enter")
    second.wait_for("done · destroy")
    second.press("q")
    assert second.wait_for_end() == 0
    project.wait_until_ended()
