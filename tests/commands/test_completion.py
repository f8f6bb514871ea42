import json

import pytest

from tests.command_line import Matcha


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(matcha: Matcha, shell: str):
    answer = matcha("completion", shell)
    assert answer.returncode == 0
    assert f"_MATCHA_COMPLETE={shell}_complete" in answer.stdout


def test_the_script_of_an_unknown_shell_is_refused(matcha: Matcha):
    assert matcha("completion", "tcsh").returncode == 2


def test_words_are_completed(matcha: Matcha):
    asked = {"_MATCHA_COMPLETE": "bash_complete", "COMP_WORDS": "matcha st", "COMP_CWORD": "1"}
    completing = Matcha(matcha.folder, matcha.environment | asked)
    assert {"plain,stack", "plain,status"} <= set(completing().stdout.split())


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("matcha get ", {"cloud", "model-deployer", "deployer", "seldon"}),
        ("matcha get model_d", {"model-deployer"}),
        ("matcha get seldon ", {"base-url"}),
        ("matcha open ", {"model-deployer", "deployer", "seldon"}),
        ("matcha stack remove ", {"orchestrator", "experiment_tracker", "deployer"}),
        ("matcha stack add vector-database ", {"chroma"}),
        ("matcha provision --set deployer.h", {"deployer.http_port="}),
        ("matcha logs ml", {"mlflow"}),
    ],
)
def test_names_are_completed(matcha: Matcha, line: str, offered: set[str]):
    directory = matcha.folder / ".matcha/infrastructure"
    directory.mkdir(parents=True)
    given = {"cloud": {"location": "local"}, "model-deployer": {"base-url": "127.0.0.1:8080"}}
    (directory / "matcha.state").write_text(json.dumps(given))
    count = str(len(line.split(" ")) - 1)
    asked = {"_MATCHA_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": count}
    answer = Matcha(matcha.folder, matcha.environment | asked)()
    assert answer.stderr == ""
    assert offered <= {word.partition(",")[2] for word in answer.stdout.split()}


def test_nothing_is_completed_where_nothing_can_be_read(matcha: Matcha):
    (matcha.folder / "matcha.toml").write_text("version = ")
    asked = {"_MATCHA_COMPLETE": "bash_complete", "COMP_WORDS": "matcha get ", "COMP_CWORD": "2"}
    answer = Matcha(matcha.folder, matcha.environment | asked)()
    assert (answer.stdout.strip(), answer.stderr) == ("", "")
