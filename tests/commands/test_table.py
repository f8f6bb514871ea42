"""Command lines as their users type them: what was there, what is answered, what is there then."""

from pathlib import Path

import pytest

from tests.commands.in_process import MatchaHere

DEFAULT = """\
default
  orchestrator          zenml
  experiment_tracker    mlflow
  data_version_control  dvc
  deployer              seldon
"""
LLM = DEFAULT.replace("default", "llm") + "  vector_database       chroma\n"
WITHOUT_DEPLOYER = DEFAULT.replace("default", "custom").replace(
    "  deployer              seldon\n", ""
)
CUSTOM = 'version = 1\n[stack]\nname = "custom"\n[stack.modules]\n'
PORT = "version = 1\n[settings.experiment_tracker]\nport = {}\n"
NONE = "nothing is deployed in this folder"

# matcha.toml before, command line, exit code, in stdout, in stderr, in matcha.toml after
# (None: as before).
TABLE = [
    (None, "stack show", 0, DEFAULT, "", None),
    (None, "stack show --output json", 0, '"name": "default"', "", None),
    (None, "stack show --output xml", 2, "", "'xml' is not one of", None),
    (None, "stack set llm", 0, LLM, "The stack is llm.", 'name = "llm"'),
    (None, "stack set LLM", 0, LLM, "The stack is llm.", 'name = "llm"'),
    (None, "stack set default", 0, DEFAULT, "The stack is default.", 'name = "default"'),
    (None, "stack set lmm", 2, "", "Did you mean 'llm'?", None),
    (None, "stack set", 0, DEFAULT, "The stack is default.", 'name = "default"'),
    (CUSTOM, "stack set", 0, DEFAULT, "The stack is default.", 'name = "default"'),
    (None, "stack set custom", 2, "", "Known: default, llm.", None),
    ("[stack]\nname = 'CUSTOM'", "stack show", 0, "custom\n", "", None),
    ("[stack]\nname = 'mine'", "stack show", 2, "", "Known: default, llm, custom.", None),
    (None, "Stack Add Vector-Database CHROMA", 0, LLM, "is now llm", 'name = "llm"'),
    (None, "stack remove Data-Version-Control", 0, "custom", "", 'name = "custom"'),
    (None, "stack set llm default", 2, "", "unexpected extra argument", None),
    (None, "stack remove deployer", 0, WITHOUT_DEPLOYER, "is now custom", 'name = "custom"'),
    (None, "stack remove vector_database", 0, DEFAULT, "nothing changed", None),
    (None, "stack remove deploier", 2, "", "Did you mean 'deployer'?", None),
    (None, "stack remove name", 2, "", "'name' is no module type", None),
    (None, "stack add deployer seldon", 0, DEFAULT, "nothing changed", None),
    (None, "stack add vector_database chroma", 0, LLM, "is now llm", 'name = "llm"'),
    (None, "stack add vector_database pinecone", 2, "", "Known: chroma", None),
    (None, "stack add Vector-Database CHROMA", 0, LLM, "is now llm", 'name = "llm"'),
    (None, "stack remove Model_Deployer", 0, WITHOUT_DEPLOYER, "is now custom", 'name = "custom"'),
    (None, "stack remove seldon", 0, WITHOUT_DEPLOYER, "is now custom", 'name = "custom"'),
    (CUSTOM, "stack add MODEL-DEPLOYER Seldon", 0, "seldon", "custom", 'deployer = "seldon"'),
    (CUSTOM, "stack add experiment-tracker mlflow", 0, "mlflow", "", 'experiment_tracker = "'),
    (None, "stack remove deploier", 2, "", "deployer (or model-deployer, seldon)", None),
    (None, "stack add vectors chroma", 2, "", "'vectors' is no module type", None),
    (None, "stack add deployer", 2, "", "Missing argument 'FLAVOR'", None),
    (None, "stack list", 0, "licence: Apache-2.0", "", None),
    (None, "stack frob", 2, "", "No such command 'frob'", None),
    (CUSTOM, "stack show", 0, "custom\n", "", None),
    (CUSTOM, "stack add deployer seldon", 0, "seldon", "is now custom", 'deployer = "seldon"'),
    (CUSTOM, "stack remove deployer", 0, "custom\n", "nothing changed", None),
    (CUSTOM, "plan", 3, "", "no modules", None),
    (CUSTOM, "provision --yes --no-preflight", 3, "", "no modules", None),
    ("version = 2", "stack show", 1, "", "matcha.toml:1: version is 2", None),
    ("version = 2", "stack set llm", 1, "", "pip install --upgrade matcha-tui", None),
    ("version = 2", "provision --yes", 1, "", "matcha.toml:1: version is 2", None),
    ("version = 2", "get", 1, "", "matcha.toml:1: version is 2", None),
    ("version = ", "status", 1, "", "matcha.toml:1: not valid TOML", None),
    ('stack = "llm"', "stack show", 1, "", "matcha.toml:1: stack must be a table", None),
    ('target = "moon"', "plan", 2, "", "matcha.toml:1: target is 'moon'", None),
    ("stak = 1", "stack show", 1, "", "Did you mean 'stack'?", None),
    (PORT.format(80), "stack show", 2, "", "matcha.toml:3: settings.experiment_tracker.port", None),
    (PORT.format(5001), "stack set llm", 0, LLM, "", "port = 5001"),
    (None, "plan --engine nothing", 2, "", "neither a known name nor a file", None),
    (None, "provision", 2, "", "matcha provision --yes", None),
    (None, "provision --detach", 2, "", "--detach --yes", None),
    (None, "provision --output json", 2, '"kind": "result"', "--output json --yes", None),
    (None, "provision --output xml", 2, "", "'xml' is not one of", None),
    (None, "provision --yes --target moon", 2, "", "'moon' is no target", None),
    (None, "provision --yes --set a", 2, "", "has no '='", None),
    (None, "provision --yes --set a=1", 2, "", "'a' is no setting", None),
    (None, "provision --yes --set deployer.http_prt=1", 2, "", "'deployer.http_port'", None),
    (None, "provision --yes --set deployer.http_port=80", 2, "", "from 1024 to 32767", None),
    (None, "provision --yes --set seldon.http-port=80", 2, "", "from 1024 to 32767", None),
    (None, "provision --yes --set MODEL-DEPLOYER.HTTP_PORT=80", 2, "", "from 1024 to", None),
    (None, "provision --yes --set seldon.http_prt=1", 2, "", "'deployer.http_port'", None),
    (None, "provision --yes --set seldom.http_port=1", 2, "", "experiment_tracker (or mlfl", None),
    (None, "provision --yes --set zenml.password=x", 2, "", "is a secret", None),
    (None, "provision --yes --set orchestrator.password=x", 2, "", "is a secret", None),
    (None, "provision --yes --password-stdin", 2, "", "no password on standard input", None),
    (CUSTOM, "provision --yes --location x", 3, "", "--location means nothing", None),
    (CUSTOM, "provision --yes --prefix x", 3, "", "--prefix means nothing", None),
    (None, "status", 3, "", NONE, None),
    (None, "status --output yaml", 2, "", "'yaml' is not one of", None),
    (None, "get", 3, "", NONE, None),
    (None, "get cloud location --output json", 3, "", NONE, None),
    (None, "get --output xml", 2, "", "'xml' is not one of", None),
    (None, "env", 3, "", NONE, None),
    (None, "env --shell tcsh", 2, "", "'tcsh' is not one of", None),
    (None, "connect", 3, "", NONE, None),
    (None, "open", 2, "", "Missing argument 'RESOURCE'", None),
    (None, "open experiment-tracker", 3, "", NONE, None),
    (None, "runs", 0, "", "Nothing was run in this folder yet", None),
    (None, "logs", 3, "", "nothing was run in this folder yet", None),
    (None, "logs nothing", 3, "", "nothing was run in this folder yet", None),
    (None, "logs experiment-tracker", 3, "", "mlflow has no log: it was not started", None),
    (None, "cancel", 3, "", "nothing is under way", None),
    (None, "force-unlock", 0, "", "not locked", None),
    (None, "destroy --yes", 3, "", NONE, None),
    (None, "destroy --output json", 2, '"not_started"', "destroy --output json --yes", None),
    (None, "module check nowhere", 2, "", "has no module.toml", None),
    (None, "completion bash", 0, "_matcha_completion", "", None),
    (None, "completion ksh", 2, "", "'ksh' is not one of", None),
    (None, "provison --yes", 2, "", "Did you mean 'provision'?", None),
    (None, "--version", 0, "matcha ", "", None),
    (None, "version", 0, "python ", "", None),
    (None, "--frob", 2, "", "No such option", None),
]


@pytest.mark.parametrize(
    ("before", "line", "exit_code", "stdout", "stderr", "after"),
    TABLE,
    ids=[f"{number}-{row[1]}" for number, row in enumerate(TABLE)],
)
def test_a_command_line(
    matcha_here: MatchaHere,
    monkeypatch: pytest.MonkeyPatch,
    before: str | None,
    line: str,
    exit_code: int,
    stdout: str,
    stderr: str,
    after: str | None,
):
    file = matcha_here.folder / "matcha.toml"
    if before is not None:
        file.write_text(before)
    with Path("/dev/null").open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        answer = matcha_here(*line.split())
    assert answer.returncode == exit_code, answer
    assert stdout in answer.stdout
    assert stderr in answer.stderr
    assert bool(answer.stdout) == bool(stdout)
    assert "Traceback" not in answer.stderr
    if after is None:
        assert (file.read_text() if file.exists() else None) == before
    else:
        assert after in file.read_text()
