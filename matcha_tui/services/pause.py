"""Services are stopped for a while, and started again: what they keep stays as it is."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from matcha_tui.errors import MatchaError
from matcha_tui.services.definition import HttpCheck
from matcha_tui.services.layout import FlavorFolder
from matcha_tui.services.narration import Tell
from matcha_tui.services.service import load_service
from matcha_tui.services.start import start, stop
from matcha_tui.system.files import write_atomically


def stop_services(folders: Sequence[FlavorFolder], tell: Tell) -> None:
    """Stop services side by side, so that nobody takes them for failed."""
    _side_by_side(partial(_stop, tell=tell), folders)


def start_services(folders: Sequence[FlavorFolder], tell: Tell) -> None:
    """Start services side by side; those that run are left alone."""
    _side_by_side(partial(_start, tell=tell), folders)


def is_server(folder: FlavorFolder) -> bool:
    """Return whether there is a process to stop and start."""
    return isinstance(load_service(folder).check, HttpCheck)


def _stop(folder: FlavorFolder, tell: Tell) -> None:
    write_atomically(folder.stopped, "")  # first: whoever looks meanwhile shall know
    stop(folder)
    tell(f"{folder.flavor}: stopped")


def _start(folder: FlavorFolder, tell: Tell) -> None:
    start(load_service(folder), tell)


def _side_by_side(act: Callable[[FlavorFolder], None], folders: Sequence[FlavorFolder]) -> None:
    """Do it for all, whatever becomes of one; then say of all what has failed."""

    def attempt(folder: FlavorFolder) -> MatchaError | None:
        try:
            act(folder)
        except MatchaError as error:
            return error
        return None

    if not folders:
        return
    with ThreadPoolExecutor(max_workers=len(folders)) as executor:
        errors = [error for error in executor.map(attempt, folders) if error]
    if errors:
        hints = dict.fromkeys(error.hint for error in errors if error.hint)
        raise MatchaError("; ".join(error.message for error in errors), hint="\n".join(hints))
