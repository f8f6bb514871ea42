from tests.command_line import Matcha


def test_the_list_has_every_preset_and_flavor(matcha: Matcha):
    listed = matcha("stack", "list").stdout
    for word in ("default", "llm", "zenml", "mlflow", "dvc", "seldon", "chroma", "Apache-2.0"):
        assert word in listed
