"""Code that a clone brings: run by nobody who only looks, and asked about before it is run."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pexpect
import pytest

from matcha_tui.errors import ExitCode
from matcha_tui.stack.foreign import folder_digest
from matcha_tui.targets.composition import modules_digest
from tests.command_line import DVC_ONLY, SCRIPTS, Matcha
from tests.commands.conftest import matcha as matcha
from tests.end_to_end.terminal import Terminal
from tests.faults.hostile import PLACE, commit, marked, write_shadows, write_trap
from tests.ports import free_port

EXAMPLE = Path(__file__).parents[1] / "examples/my_modules"
LOOKING = (
    "stack show", "get", "status", "status --drift", "doctor", "env", "verify",
    "stack add vector_database chroma", "stack remove vector_database",
)  # fmt: skip
BUILDING = ("plan", "provision --yes")


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    """Where hostile code leaves its marks."""
    return tmp_path / "marks"


@pytest.fixture
def own(matcha: Matcha, tmp_path: Path) -> Matcha:
    """The command of a user who has agreed to nothing on this machine."""
    state = {"XDG_STATE_HOME": str(tmp_path / "state"), "BROWSER": "true"}
    return replace(matcha, environment=matcha.environment | state)


@pytest.fixture
def clone(own: Matcha, marks: Path) -> Matcha:
    """The same in a clone that chooses a module of its own, and shadows Python's modules."""
    write_trap(own.folder, marks)
    write_shadows(own.folder, marks)
    commit(own.folder)
    return own


@pytest.mark.slow
def test_nobody_who_looks_or_asks_for_a_plan_runs_anything(clone: Matcha, marks: Path):
    for line in (*LOOKING, *BUILDING):
        answer = clone(*line.split())
        assert "Traceback" not in answer.stderr, answer.stderr
        assert marked(marks) == [], line
    assert not (clone.folder / ".matcha/infrastructure/services.next").exists()
    assert list((clone.folder / ".matcha/runs").iterdir()) == []


@pytest.mark.parametrize("line", BUILDING)
def test_without_a_terminal_a_run_is_refused_and_says_what_it_would_run(clone: Matcha, line: str):
    refused = clone(*line.split())
    assert refused.returncode == ExitCode.REFUSED
    said = refused.stderr + refused.stdout
    assert "modules that you have not agreed to on this machine: data_version_control trap" in said
    digest = folder_digest(clone.folder / "my_modules" / PLACE)
    assert f"digest {digest[:16]}" in said
    assert "runs local-exec of terraform_data.trap: touch " in said
    assert "--trust-modules" in said


@pytest.mark.slow
def test_opening_the_wizard_and_going_to_the_review_runs_nothing(clone: Matcha, marks: Path):
    screen = Terminal(SCRIPTS / "matcha-tui", clone.folder, clone.environment)
    try:
        screen.wait_for("Start")
        screen.press("enter")
        screen.wait_for("Stack")
        for title in ("Modules", "Settings", "Do you trust whoever wrote this?"):
            screen.press("enter")
            screen.wait_for(title)
        assert "data_version_control trap" in screen.text
        assert "t Trust it" in screen.text
        screen.press("n")
        screen.wait_for("Nothing was run")
        assert marked(marks) == []
        screen.press("r")
        screen.wait_for("Do you trust whoever wrote this?")
        screen.press("t")
        screen.wait_for("to add")
        assert marked(marks) == []  # a plan builds nothing
    finally:
        screen.close()


@pytest.mark.slow
def test_what_was_agreed_to_is_asked_about_again_when_it_changes(clone: Matcha, marks: Path):
    assert clone("plan", "--trust-modules").returncode == 0
    agreed = list((Path(clone.environment["XDG_STATE_HOME"]) / "matcha-tui").rglob("*.json"))
    assert agreed
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in agreed)
    provision = clone("provision", "--yes")
    assert provision.returncode == 0, provision.stderr
    assert marked(marks) == ["built"]
    main = clone.folder / "my_modules" / PLACE / "main.tf"
    main.write_text(main.read_text() + "# more\n")
    assert clone("plan").returncode == ExitCode.REFUSED
    # What is deployed is destroyed by what built it, and that was agreed to.
    shutil.rmtree(Path(clone.environment["XDG_STATE_HOME"], "matcha-tui/trusted-modules"))
    destroy = clone("destroy", "--yes")
    assert destroy.returncode == 0, destroy.stderr
    assert marked(marks) == ["built", "destroyed"]


@pytest.mark.slow
def test_on_a_terminal_it_is_asked_and_remembered(clone: Matcha, marks: Path):
    def ask(answer: str) -> int:
        child = pexpect.spawn(
            str(clone.program), ["plan"], cwd=str(clone.folder), env=clone.environment, timeout=60
        )
        child.expect("Do you trust whoever wrote that")
        child.sendline(answer)
        child.expect(pexpect.EOF)
        child.close()
        return int(child.exitstatus)

    assert ask("n") != 0
    assert clone("plan").returncode == ExitCode.REFUSED
    assert ask("y") == 0
    assert clone("plan").returncode == 0
    assert marked(marks) == []


@pytest.mark.slow
def test_modules_that_change_between_the_answer_and_the_run_are_refused_by_it(
    clone: Matcha, marks: Path
):
    assert clone("plan", "--trust-modules").returncode == 0
    root = clone.folder / ".matcha/infrastructure/services.next"
    digest = modules_digest(root)
    assert guard(root, digest).returncode == 0
    copy = root / "modules/services/data_version_control/trap/main.tf"
    copy.write_text(copy.read_text().replace("touch", "touch "))
    refused = guard(root, digest)
    assert refused.returncode == ExitCode.REFUSED
    assert "have changed since you agreed to them" in refused.stdout
    (run,) = (clone.folder / ".matcha/runs").iterdir()
    steps = [step["name"] for step in json.loads((run / "run.json").read_text())["steps"]]
    assert steps == ["init", "check modules", "plan"]
    assert marked(marks) == []


def guard(root: Path, digest: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-P", "-m", "matcha_tui.targets.module_guard", digest],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_a_module_that_takes_files_from_elsewhere_cannot_be_agreed_to(own: Matcha, marks: Path):
    folder = write_trap(own.folder, marks)
    (own.folder / "outside").mkdir()
    main = (folder / "main.tf").read_text()
    (folder / "main.tf").write_text(main + 'module "x" {\n  source = "../../../../../outside"\n}\n')
    refused = own("plan", "--trust-modules")
    assert refused.returncode == ExitCode.REFUSED
    assert "which lies outside" in refused.stderr
    (folder / "main.tf").write_text(main)
    (folder / "notes").symlink_to(own.folder / "matcha.toml")
    refused = own("plan", "--trust-modules")
    assert refused.returncode == ExitCode.REFUSED
    assert "notes leads out" in refused.stderr


@pytest.fixture
def prepared(own: Matcha, marks: Path, tmp_path: Path) -> Callable[[], Matcha]:
    """Makes a project with a prepared private folder, as its victim gets it: a stranger's."""

    def make() -> Matcha:
        stranger = replace(
            own, environment=own.environment | {"XDG_STATE_HOME": str(tmp_path / "stranger")}
        )
        (own.folder / "matcha.toml").write_text(DVC_ONLY)
        provision = stranger("provision", "--yes")
        assert provision.returncode == 0, provision.stderr
        arm(own.folder / ".matcha", marks)
        return own

    return make


def arm(folder: Path, marks: Path) -> None:
    """Put what leaves a mark wherever something of a private folder is run."""
    marks.mkdir()
    root = folder / "infrastructure/services"
    with (root / "modules/services/data_version_control/dvc/main.tf").open("a") as main:
        main.write(
            'resource "terraform_data" "trap" {\n'
            f'  provisioner "local-exec" {{ command = "touch {marks}/built" }}\n}}\n'
        )
    # The state's own text, which a provisioner for the destroy is given.
    state = root / "terraform.tfstate"
    state.write_text(state.read_text().replace('"value": "dvc"', f'"value": "dvc;touch {marks}/s"'))
    waiting = folder / "infrastructure/services.next"
    waiting.mkdir(exist_ok=True)
    (waiting / ".moving").write_text("[]")
    (waiting / ".decisions.json").write_text(json.dumps({str(marks / "written"): {}}))
    program = folder / "services/dvc/environment/bin/python"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\ntouch {marks}/environment\n")
    program.chmod(0o700)
    plugin = root / ".terraform/providers/registry.terraform.io/hashicorp/null/3.0.0/linux_amd64"
    plugin.mkdir(parents=True)
    (plugin / "terraform-provider-null_v3.0.0").write_text(f"#!/bin/sh\ntouch {marks}/provider\n")


STARTING = (
    "plan", "provision --yes", "destroy --yes", "start", "restart", "verify", "connect",
    "disconnect", "autostart enable", "restore nothing.tar.gz",
)  # fmt: skip


@pytest.mark.slow
def test_a_private_folder_of_a_strangers_is_looked_at_and_nothing_in_it_is_run(
    prepared: Callable[[], Matcha], marks: Path
):
    victim = prepared()
    for line in ("status", "get", "stack show", "ls", "runs", "stop"):
        assert "Traceback" not in victim(*line.split()).stderr
        assert marked(marks) == [], line
    for line in STARTING:
        refused = victim(*line.split())
        assert refused.returncode != 0, line
        assert "Traceback" not in refused.stderr, refused.stderr
        assert marked(marks) == [], line
        if "nothing.tar" not in line:
            assert "was not made on this machine by you" in refused.stderr, (line, refused.stderr)
    doctor = victim("doctor")
    assert doctor.returncode == ExitCode.PREFLIGHT_FAILED
    assert ".matcha         failed" in doctor.stdout
    assert "rm -r .matcha" in doctor.stdout
    shutil.rmtree(victim.folder / ".matcha")
    assert ".matcha" not in victim("doctor").stdout


@pytest.mark.slow
def test_a_private_folder_in_git_is_not_run_even_if_it_is_ones_own(own: Matcha):
    (own.folder / "matcha.toml").write_text(DVC_ONLY)
    assert own("plan").returncode == 0
    commit(own.folder)
    for options in ((), ("--trust-modules",)):
        refused = own("plan", *options)
        assert refused.returncode == ExitCode.REFUSED
        assert "is kept in git" in refused.stderr
    assert "is kept in git" in own("doctor").stdout
    subprocess.run(["git", "rm", "-rq", "--cached", ".matcha"], cwd=own.folder, check=True)
    assert own("plan").returncode == 0


@pytest.mark.slow
def test_a_project_that_was_moved_or_brought_by_its_user_goes_on(own: Matcha, tmp_path: Path):
    (own.folder / "matcha.toml").write_text(DVC_ONLY)
    assert own("provision", "--yes").returncode == 0
    (own.folder / ".matcha/origin").unlink()  # as one that an earlier version made
    assert own("plan").returncode == 0
    moved = replace(own, folder=own.folder.rename(tmp_path / "moved"))
    assert moved("plan").returncode == 0
    there = replace(
        moved, environment=moved.environment | {"XDG_STATE_HOME": str(tmp_path / "another machine")}
    )
    assert there("destroy", "--yes").returncode == ExitCode.REFUSED
    destroy = there("destroy", "--yes", "--trust-modules")
    assert destroy.returncode == 0, destroy.stderr


@pytest.mark.slow
def test_a_deployment_whose_servers_run_here_is_ones_own(own: Matcha, tmp_path: Path):
    (own.folder / "matcha.toml").write_text(DVC_ONLY)
    assert own("provision", "--yes").returncode == 0
    later = replace(own, environment=own.environment | {"XDG_STATE_HOME": str(tmp_path / "later")})
    assert later("plan").returncode == ExitCode.REFUSED
    mark = {"MATCHA_SERVICE": str(own.folder / ".matcha/services/dvc")}
    with subprocess.Popen(["sleep", "60"], env=os.environ | mark) as server:
        try:
            assert later("plan").returncode == 0
        finally:
            server.kill()
    assert later("destroy", "--yes").returncode == 0


@pytest.mark.slow
def test_where_nothing_can_be_remembered_ones_own_scripts_go_on(own: Matcha, tmp_path: Path):
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    there = replace(own, environment=own.environment | {"XDG_STATE_HOME": str(nowhere)})
    (own.folder / "matcha.toml").write_text(DVC_ONLY)
    for line in ("provision --yes", "destroy --yes"):
        answer = there(*line.split())
        assert answer.returncode == 0, answer.stderr


@pytest.mark.slow
def test_files_called_like_modules_of_python_are_imported_by_no_process(own: Matcha, marks: Path):
    shutil.copytree(EXAMPLE, own.folder / "my_modules")
    (own.folder / "matcha.toml").write_text(
        'paths.modules = ["./my_modules"]\n[stack]\nname = "custom"\n'
        '[stack.modules]\ndata_version_control = "file_server"\n'
        f"[settings.data_version_control]\nport = {free_port()}\n"
    )
    write_shadows(own.folder, marks)
    provision = own("provision", "--yes", "--trust-modules")
    assert provision.returncode == 0, provision.stderr
    for line in ("connect", "stop", "start", "status --drift", "disconnect", "destroy --yes"):
        answer = own(*line.split())
        assert answer.returncode == 0, answer.stderr
        assert marked(marks) == [], line
    assert list((own.folder / ".matcha/services").iterdir()) == []
