"""Whether a project can be provisioned here and now."""

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.selection import Project
from matcha_tui.targets.base import Finding, Intent, Verdict


def check_readiness(
    project: Project, engine: str | None = None, *, quick: bool = False
) -> tuple[Finding, ...]:
    """Check what a provision needs.

    Args:
        project: What would be built.
        engine: The engine that was asked for.
        quick: Whether to ask only what takes no time and no network.
    """
    intent = Intent(project.workspace, project.flavors, project.config, engine)
    return project.target.preflight(intent, quick)


def require_readiness(project: Project) -> None:
    """Refuse a provision that could not come to a good end; takes no time.

    Raises:
        MatchaError: Saying everything that is missing.
    """
    findings = check_readiness(project, quick=True)
    failed = [finding for finding in findings if finding.verdict is Verdict.FAILED]
    if failed:
        raise MatchaError(
            "; ".join(finding.text for finding in failed),
            hint=f"{failed[0].hint} `--no-preflight` skips these checks.",
            exit_code=ExitCode.PREFLIGHT_FAILED,
        )
