import pytest

from tests.command_line import Matcha

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
CUSTOM_FILE = 'version = 1\n[stack]\nname = "custom"\n[stack.modules]\n'


@pytest.mark.parametrize(
    ("before", "line", "exit_code", "stdout", "stderr", "after"),
    [
        (None, "show", 0, DEFAULT, "", None),
        (None, "set llm", 0, LLM, "The stack is llm.", 'name = "llm"'),
        (None, "set LLM", 0, LLM, "The stack is llm.", 'name = "llm"'),
        (None, "set default", 0, DEFAULT, "The stack is default.", 'name = "default"'),
        (None, "set lmm", 2, "", "Did you mean 'llm'?", None),
        (None, "set", 2, "", "Missing argument 'NAME'", None),
        (None, "remove deployer", 0, WITHOUT_DEPLOYER, "is now custom", 'name = "custom"'),
        (None, "remove vector_database", 0, DEFAULT, "nothing changed", None),
        (None, "remove deploier", 2, "", "Did you mean 'deployer'?", None),
        (None, "add deployer seldon", 0, DEFAULT, "nothing changed", None),
        (None, "add vector_database chroma", 0, LLM, "is now llm", 'name = "llm"'),
        (None, "add vector_database pinecone", 2, "", "Known: chroma", None),
        (None, "add vectors chroma", 2, "", "'vectors' is no module type", None),
        (CUSTOM_FILE, "show", 0, "custom\n", "", None),
        (
            CUSTOM_FILE,
            "add deployer seldon",
            0,
            "custom\n  deployer              seldon\n",
            "is now custom",
            'deployer = "seldon"',
        ),
        ("version = 2", "show", 1, "", "matcha.toml:1: version is 2", None),
        ("version = 2", "set llm", 1, "", "pip install --upgrade matcha-tui", None),
        ('stack = "llm"', "show", 1, "", "matcha.toml:1: stack must be a table", None),
    ],
)
def test_stack_commands(
    matcha: Matcha,
    before: str | None,
    line: str,
    exit_code: int,
    stdout: str,
    stderr: str,
    after: str | None,
):
    file = matcha.folder / "matcha.toml"
    if before is not None:
        file.write_text(before)
    answer = matcha("stack", *line.split())
    assert (answer.returncode, answer.stdout) == (exit_code, stdout)
    assert stderr in answer.stderr
    assert "Traceback" not in answer.stderr
    if after is None:
        assert (file.read_text() if file.exists() else None) == before
    else:
        assert after in file.read_text()


def test_the_list_has_every_preset_and_flavor(matcha: Matcha):
    listed = matcha("stack", "list").stdout
    for word in ("default", "llm", "zenml", "mlflow", "dvc", "seldon", "chroma", "Apache-2.0"):
        assert word in listed
