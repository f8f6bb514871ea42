from tests.command_line import Matcha


def test_the_list_has_every_preset_and_flavor(matcha: Matcha):
    listed = matcha("stack", "list").stdout
    for word in ("default", "llm", "zenml", "mlflow", "dvc", "seldon", "chroma", "Apache-2.0"):
        assert word in listed


def test_a_change_keeps_what_the_user_wrote_around_it(matcha: Matcha):
    path = matcha.folder / "matcha.toml"
    before = "# ours\n[stack.modules] # few\n\nData-Version-Control = 'dvc' # with git\n"
    path.write_text(before)
    assert matcha("stack", "add", "experiment_tracker", "mlflow").returncode == 0
    assert path.read_text() == f'{before}experiment_tracker = "mlflow"\n'
    assert matcha("stack", "remove", "experiment_tracker").returncode == 0
    assert path.read_text() == before
    assert matcha("stack", "set", "default").returncode == 0
    assert path.read_text().startswith(before)
