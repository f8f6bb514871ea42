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
