"""What of a project would be run that this user has not agreed to, and the question about it.

There are two ways in: modules out of folders that ``matcha.toml`` names, and a private folder
that matcha has not made here. Choosing and looking never run either.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.project.origin import NOT_OURS, find_doubt, is_tracked, sign
from matcha_tui.project.record import read_record
from matcha_tui.project.register import is_registered
from matcha_tui.project.trust import is_remembered, remember_modules
from matcha_tui.project.workspace import Workspace
from matcha_tui.selection import Project
from matcha_tui.stack.flavor import Flavor
from matcha_tui.stack.foreign import ForeignModule, folder_digest, inspect_module
from matcha_tui.targets.composition import composed_copy, modules_digest
from matcha_tui.targets.findings import Check, Finding, Verdict
from matcha_tui.targets.registry import TARGETS

TRUST_OPTION = "--trust-modules"
_SHOWN_DIGITS = 16
_UNTRACK = "Take it out of git, and keep the files: git rm -r --cached .matcha"


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """What would be run that the user has not agreed to; false when that is nothing.

    Attributes:
        modules: Modules of others.
        folder: Why the private folder is not believed; empty if it is.
    """

    modules: tuple[ForeignModule, ...] = ()
    folder: str = ""

    def __bool__(self) -> bool:
        return bool(self.modules or self.folder)


def foreign_flavors(project: Project, flavors: Iterable[Flavor]) -> tuple[Flavor, ...]:
    """Return those that come neither with matcha nor with an installed target.

    Nor those that were built here before: the private folder is asked about as a whole.
    """
    return tuple(flavor for flavor in flavors if not _is_installed(project, flavor))


def find_unknown(project: Project, flavors: Iterable[Flavor] | None = None) -> UnknownCode:
    """Return what a run would execute and the user has not agreed to; nothing is executed.

    Args:
        project: What is to be built.
        flavors: The modules that would be used; by default those that are chosen.

    Raises:
        MatchaError: If a module cannot be agreed to: what it is made of lies elsewhere.
    """
    chosen = project.flavors if flavors is None else flavors
    found = map(inspect_module, foreign_flavors(project, chosen))
    unknown = tuple(module for module in found if not is_remembered(module.digest))
    return UnknownCode(unknown, _find_doubt(project.workspace))


def agree(project: Project, unknown: UnknownCode) -> None:
    """Write down that the user has agreed, so that this is not asked again.

    Raises:
        MatchaError: If the private folder is kept in git, or nothing can be written.
    """
    if unknown.folder:
        if is_tracked(project.workspace.directory):
            raise _unbelieved(project.workspace, unknown.folder)
        sign(project.workspace.directory)
    remember_modules(unknown.modules)


def require_known(project: Project, flavors: Iterable[Flavor] | None = None) -> None:
    """Refuse to run what the user has not agreed to.

    Raises:
        MatchaError: Naming it, and how to agree.
    """
    unknown = find_unknown(project, flavors)
    if unknown.folder:
        raise _unbelieved(project.workspace, unknown.folder)
    if unknown.modules:
        names = " and ".join(module.title for module in unknown.modules)
        raise MatchaError(
            f"this uses modules that you have not agreed to on this machine: {names}",
            hint="\n".join(
                [*describe_unknown(unknown), f"If you trust whoever wrote that: {TRUST_OPTION}."]
            ),
            exit_code=ExitCode.REFUSED,
        )


def require_own_folder(workspace: Workspace) -> None:
    """Refuse to run anything out of a private folder that matcha has not made here.

    Raises:
        MatchaError: Saying why it is not believed.
    """
    if doubt := _find_doubt(workspace):
        raise _unbelieved(workspace, doubt)


def describe_unknown(unknown: UnknownCode) -> Iterator[str]:
    """Yield what is asked about, a line each; what stands in it came from others."""
    for module in unknown.modules:
        yield f"{module.title} in {module.folder}"
        yield f"  digest {module.digest[:_SHOWN_DIGITS]}"
        yield from (f"  {line}" for line in module.effects or ("runs and installs nothing",))
    if unknown.folder:
        yield f"The folder .matcha {unknown.folder}"


def composed_digests(project: Project) -> dict[str, str]:
    """Return the digests of the next roots that hold modules of others: layer to digest.

    A run compares them before it executes anything.

    Raises:
        MatchaError: If such a module is not what the user has agreed to.
    """
    found: dict[str, str] = {}
    for flavor in foreign_flavors(project, project.flavors):
        root = project.workspace.next_layer(flavor.layer)
        if not is_remembered(folder_digest(composed_copy(root, flavor))):
            raise MatchaError(
                f"the module {flavor.module_type} {flavor.name} has changed since you agreed to it",
                hint="Run the command again: it asks about what is there now.",
                exit_code=ExitCode.REFUSED,
            )
        found[flavor.layer] = modules_digest(root)
    return found


def list_trust_checks(project: Project) -> tuple[Check, ...]:
    """List what ``doctor`` says of code of others; nothing where there is none."""
    checks = []
    if foreign_flavors(project, project.flavors):
        checks.append(Check("modules", lambda: _check_modules(project), True, False))
    if _find_doubt(project.workspace):
        checks.append(Check(".matcha", lambda: _check_folder(project.workspace), True, False))
    return tuple(checks)


def _check_modules(project: Project) -> Finding:
    try:
        unknown = find_unknown(project).modules
    except MatchaError as error:
        return Finding("modules", Verdict.FAILED, error.message, error.hint or "")
    if not unknown:
        count = len(foreign_flavors(project, project.flavors))
        word = "module" if count == 1 else "modules"
        return Finding("modules", Verdict.PASSED, f"{count} {word} of others, and you have agreed")
    names = ", ".join(module.title for module in unknown)
    hint = "\n".join([*describe_unknown(UnknownCode(unknown)), "`matcha plan` asks about it."])
    text = f"you have not agreed on this machine to what these run: {names}"
    return Finding("modules", Verdict.UNVERIFIED, text, hint)


def _check_folder(workspace: Workspace) -> Finding:
    refusal = _unbelieved(workspace, _find_doubt(workspace))
    return Finding(".matcha", Verdict.FAILED, refusal.message, refusal.hint or "")


def _find_doubt(workspace: Workspace) -> str:
    """Return why the private folder is not believed; one of a deployment from here is signed."""
    doubt = find_doubt(workspace.directory)
    if doubt != NOT_OURS or not (is_registered(workspace) or _runs_here(workspace)):
        return doubt
    sign(workspace.directory)  # an earlier version made it, and signed nothing
    return ""


def _runs_here(workspace: Workspace) -> bool:
    """Return whether servers of the deployment run on this machine, which no clone brings."""
    with suppress(MatchaError):  # a damaged record is no proof
        record = read_record(workspace)
        if record is not None and record.target in TARGETS:
            return bool(TARGETS[record.target].find_lost(workspace))
    return False


def _unbelieved(workspace: Workspace, doubt: str) -> MatchaError:
    hint = (
        "If it came with a clone or an archive, delete it: rm -r .matcha\n"
        f"If you have put it there yourself, `matcha plan` asks, or takes {TRUST_OPTION}."
    )
    return MatchaError(
        f"{workspace.shown}/.matcha {doubt}; nothing in it is run",
        hint=_UNTRACK if is_tracked(workspace.directory) else hint,
        exit_code=ExitCode.REFUSED,
    )


def _is_installed(project: Project, flavor: Flavor) -> bool:
    folder = flavor.folder.resolve()
    places = (project.catalog.directory, project.workspace.infrastructure)
    if any(folder.is_relative_to(place.resolve()) for place in places):
        return True
    modules = TARGETS[flavor.target].modules
    return modules is not None and folder.is_relative_to(modules.resolve())
