"""The preflight: checks whether a project can be provisioned here and now."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace

from matcha_tui.deployed import is_deployed
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.foreign_code import list_trust_checks
from matcha_tui.selection import Project
from matcha_tui.targets.findings import Check, Finding, Verdict

OnFinding = Callable[[int, Finding], None]
"""Called with what each check found as soon as it has ended: its position, and its finding."""


def list_checks(
    project: Project, engine: str | None = None, *, quick: bool = False
) -> tuple[Check, ...]:
    """List what has to be true before a provision; nothing is asked yet."""
    checks = (
        *project.target.checks(
            replace(project.spec, engine=engine, is_deployed=is_deployed(project))
        ),
        *list_trust_checks(project),
    )
    return tuple(check for check in checks if check.is_quick or not quick)


def run_checks(
    checks: Sequence[Check], report: OnFinding = lambda _position, _finding: None
) -> tuple[Finding, ...]:
    """Run checks side by side: together they take about as long as the slowest.

    Returns:
        A finding a check, in the order of the checks.
    """
    if not checks:
        return ()
    findings: dict[int, Finding] = {}
    with ThreadPoolExecutor(max_workers=len(checks), thread_name_prefix="check") as executor:
        running = {executor.submit(check.run): place for place, check in enumerate(checks)}
        for ended in as_completed(running):
            position = running[ended]
            findings[position] = ended.result()
            report(position, findings[position])
    return tuple(findings[position] for position in range(len(checks)))


def require_preflight(
    project: Project,
    announce: Callable[[Sequence[Check]], None] = lambda _checks: None,
    report: OnFinding = lambda _position, _finding: None,
) -> None:
    """Refuse a provision that could not come to a good end.

    What takes no time is asked first; then, on a target that has such checks, what is
    to be asked on the network. What cannot be verified stands in nobody's way.
    """
    required = [check for check in list_checks(project) if check.is_required]
    _refuse_failed(run_checks([check for check in required if check.is_quick]))
    if slow := [check for check in required if not check.is_quick]:
        announce(slow)
        _refuse_failed(run_checks(slow, report))


def _refuse_failed(findings: Sequence[Finding]) -> None:
    failed = [finding for finding in findings if finding.verdict is Verdict.FAILED]
    if not failed:
        return
    hints = [finding.hint for finding in failed if finding.hint]
    if any(finding.fix for finding in failed):
        hints.append("`matcha doctor --fix` does what can be done at once.")
    raise MatchaError(
        "; ".join(finding.text for finding in failed),
        hint="\n".join([*dict.fromkeys(hints), "`--no-preflight` skips these checks."]),
        exit_code=ExitCode.PREFLIGHT_FAILED,
    )
