"""``matcha report``: an archive about a run that has all that helps, and no secret."""

import base64
import json
import stat
import tarfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from matcha_tui import bug_report
from matcha_tui.known_secrets import known_secrets
from matcha_tui.project.workspace import Workspace, prepare_workspace
from matcha_tui.selection import open_project
from matcha_tui.system.redaction import REMOVED, Redaction
from matcha_tui.terraform.events import RunState
from matcha_tui.terraform.folder import EVENTS, Run, Step, create_run, write_result
from tests.command_line import DVC_ONLY
from tests.commands.in_process import MatchaHere

SECRETS = {
    "state": "zen'ml \"pä55\\word",
    "terraform": "t3rraform<&>secret",
    "values": "generated-by-us-0123",
    "jwt": "jwt/key+with==signs",
    "env": "just-something-of-mine",
    "env password": "tea7",
    "url": "p@ss/in:url",
    "dvc": "c2VjcmV0LWtleS1vZi1zdG9yYWdl",
    "variable": "from the environment",
}
FILES = {
    "state": ".matcha/infrastructure/matcha.state",
    "terraform": ".matcha/infrastructure/services/terraform.tfstate",
    "values": ".matcha/services/zenml/values.json",
    "jwt": ".matcha/services/zenml/last_healthy.json",
}


def plant(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write each secret where the project has it."""
    marked = [[{"type": "get_attr", "value": "result"}]]
    instance = {"attributes": {"result": SECRETS["terraform"]}, "sensitive_attributes": marked}
    content: dict[str, Any] = {
        "state": {"pipeline": {"server-url": "http://127.0.0.1:8080", "server-password": "?"}},
        "terraform": {"lineage": "x", "resources": [{"mode": "managed", "instances": [instance]}]},
        "values": {"port": 8080, "password": SECRETS["values"]},
        "jwt": {"definition": {"server": {"environment": {"JWT_SECRET_KEY": SECRETS["jwt"]}}}},
    }
    content["state"]["pipeline"]["server-password"] = SECRETS["state"]
    for name, document in content.items():
        path = folder / FILES[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document))
    url = f"mysql://root:{quote(SECRETS['url'], safe='')}@host/db"
    (folder / ".env").write_text(
        f"# mine\nPORT=8080\nMODE={SECRETS['env']}\n"
        f"export MY_PASSWORD='{SECRETS['env password']}'\n"
        f'DATABASE="{url}"\nMLFLOW_TRACKING_URI=http://127.0.0.1:5000\n'
    )
    (folder / ".dvc").mkdir()
    (folder / ".dvc/config.local").write_text(
        "['remote \"storage\"']\n    connection_string = AccountName=tea;"
        f"AccountKey={SECRETS['dvc']};EndpointSuffix=x\n"
    )
    monkeypatch.setenv("ARM_CLIENT_SECRET", SECRETS["variable"])


def make_run(folder: Path, lines: list[str]) -> Run:
    workspace = Workspace(folder)
    prepare_workspace(workspace)
    run = create_run(
        workspace.runs,
        kind="provision",
        engine="terraform 1.11.4",
        steps=lambda _: [Step("apply", "services", ("terraform", "apply"), folder)],
        details={"target": "local", "stack": "custom"},
    )
    (run.directory / EVENTS).write_text("".join(f"{line}\n" for line in lines))
    write_result(run.directory, RunState.FAILED, 1)
    return run


def event(text: str) -> str:
    return json.dumps({"type": "log", "@level": "info", "@message": text})


def said_with(secret: str) -> list[str]:
    """Lines of a log that have a secret as programs write it."""
    encoded = base64.b64encode(f"admin:{secret}".encode()).decode()
    return [
        event(f"password is {secret} here"),
        event(json.dumps({"password": secret})),
        event(f"GET /login?password={quote(secret, safe='')}"),
        event(f"Basic-Login {encoded}"),
        f"a line that is no event: {secret}",
    ]


FAILED = json.dumps(
    {
        "type": "diagnostic",
        "diagnostic": {
            "severity": "error",
            "summary": "local-exec provisioner error",
            "detail": "Error running command 'x': exit status 1. Output: OSError: [Errno 28] "
            "No space left on device",
        },
    }
)


@pytest.fixture
def project(matcha_here: MatchaHere, monkeypatch: pytest.MonkeyPatch) -> MatchaHere:
    (matcha_here.folder / "matcha.toml").write_text(DVC_ONLY)
    prepare_workspace(Workspace(matcha_here.folder))
    plant(matcha_here.folder, monkeypatch)
    return matcha_here


def unpack(file: str) -> dict[str, str]:
    with tarfile.open(file) as tar:
        contents = {member.name: tar.extractfile(member) for member in tar}
        return {
            name.removeprefix("matcha-report/"): content.read().decode()
            for name, content in contents.items()
            if content
        }


def test_a_report_has_what_helps_and_none_of_the_secrets(project: MatchaHere) -> None:
    run = make_run(
        project.folder,
        [line for secret in SECRETS.values() for line in said_with(secret)] + [FAILED],
    )
    done = project("report")
    assert done.returncode == 0, done.stderr
    file = Path(done.stdout.strip())
    assert file.parent == project.folder
    assert run.id in file.name
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    members = unpack(str(file))
    assert {"versions.json", "summary.txt", "log.txt", "doctor.json", "matcha.toml"} < set(members)
    assert {"run/run.json", "run/result.json", "run/events.jsonl"} < set(members)
    for name, secret in SECRETS.items():
        for text in [*members.values(), done.stdout, done.stderr]:
            assert secret not in text, name
            assert json.dumps(secret)[1:-1] not in text, name
            assert quote(secret, safe="") not in text, name
            encoded = base64.b64encode(f"admin:{secret}".encode()).decode()
            assert encoded not in text, name
    assert members["log.txt"].count(REMOVED) >= 4 * len(SECRETS)
    assert "meaning: The disk is full." in members["summary.txt"]
    assert members["matcha.toml"] == DVC_ONLY
    assert {row["name"] for row in json.loads(members["doctor.json"])} > {"disk"}
    assert json.loads(members["versions.json"])["engine"] == "terraform 1.11.4"
    for name in members:
        assert name in done.stderr


def test_what_is_no_secret_stays(project: MatchaHere) -> None:
    make_run(project.folder, [event("healthy at http://127.0.0.1:8080 in true 8080 ms")])
    members = unpack(project("report").stdout.strip())
    assert "healthy at http://127.0.0.1:8080 in true 8080 ms" in members["log.txt"]


def test_each_secret_is_known(project: MatchaHere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.folder)
    opened = open_project(project.folder)
    found = known_secrets(opened.workspace, opened, {"ARM_CLIENT_SECRET": SECRETS["variable"]})
    known = Redaction(found).secrets
    assert [name for name, secret in SECRETS.items() if secret not in known] == []
    assert "http://127.0.0.1:8080" not in known


@pytest.mark.parametrize("damage", ["cut off", "of another shape"])
def test_the_secrets_of_a_damaged_state_are_known(tmp_path: Path, damage: str) -> None:
    workspace = Workspace(tmp_path)
    workspace.layer("services").mkdir(parents=True)
    state = json.dumps({"lineage": "x", "outputs": [1, {"server-password": 'p"4ss-of-it'}]})
    cut = len(state) - (3 if damage == "cut off" else 0)
    (workspace.layer("services") / "terraform.tfstate").write_text(state[:cut])
    workspace.state_file.write_text("[]")
    assert known_secrets(workspace, None, {}) == {'p"4ss-of-it'}


def test_an_archive_that_would_hold_a_secret_is_not_written(
    project: MatchaHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(project.folder, said_with(SECRETS["env"]))
    monkeypatch.setattr(Redaction, "remove", lambda _self, text: (text, 0))
    done = project("report")
    assert done.returncode == 1
    assert "a secret was left in its matcha-report/log.txt" in done.stderr
    assert SECRETS["env"] not in done.stderr + done.stdout
    assert list(project.folder.glob("matcha-report-*")) == []


def test_a_project_that_cannot_be_read_has_a_report_of_its_run(project: MatchaHere) -> None:
    run = make_run(project.folder, [FAILED, *said_with(SECRETS["terraform"])])
    (project.folder / "matcha.toml").write_text("version = 'tea'\n")
    done = project("report", run.id[:15], "--output", "json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    members = unpack(document["file"])
    assert document["members"].keys() == members.keys()
    assert "matcha.toml" in json.loads(members["doctor.json"])["error"]
    assert SECRETS["terraform"] not in members["log.txt"]
    assert document["removed"] > 0


def test_of_a_huge_run_the_end_is_kept(
    project: MatchaHere, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bug_report, "_LARGEST_BYTES", 1000)
    make_run(project.folder, [*(event(f"line {number}") for number in range(100)), FAILED])
    events = unpack(project("report").stdout.strip())["run/events.jsonl"]
    assert events.startswith("(")
    assert "bytes before this are left out" in events
    assert "No space left" in events


@pytest.mark.parametrize(("words", "code"), [((), 3), (("report-of-nothing",), 3)])
def test_where_nothing_was_run_there_is_no_report(
    matcha_here: MatchaHere, words: tuple[str, ...], code: int
) -> None:
    done = matcha_here("report", *words)
    assert done.returncode == code
    assert "nothing was run in this folder yet" in done.stderr


def test_an_unknown_run_is_answered_with_those_there_are(project: MatchaHere) -> None:
    run = make_run(project.folder, [])
    done = project("report", "20000101")
    assert done.returncode == 2
    assert run.id in done.stderr
