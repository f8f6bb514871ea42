"""Every command with a target that was installed, as its user calls it, with real Terraform."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import Matcha
from tests.third_target.installing import BOTH, matcha_with

NOTEBOOK = "lab/bench/experiment_tracker/notebook"


@pytest.fixture(scope="module")
def built(lab_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matcha]:
    """A project in the lab that is built; every test leaves it so."""
    command = matcha_with(lab_site, tmp_path_factory.mktemp("built"))
    (command.folder / "matcha.toml").write_text(BOTH)
    provision = command("provision", "--yes", "--set", "colour=green")
    assert provision.returncode == 0, provision.stderr
    yield command
    command("destroy", "--yes")


def says(command: Matcha, *arguments: str, code: int = 0) -> str:
    answer = command(*arguments)
    assert answer.returncode == code, answer.stderr
    assert "Traceback" not in answer.stderr
    return answer.stdout + answer.stderr


def test_its_flavors_are_listed_among_ours_wherever_the_project_is(lab_site, tmp_path):
    elsewhere = matcha_with(lab_site, tmp_path / "project")
    listed = says(elsewhere, "stack", "list")
    assert "on lab; licence: Apache-2.0" in listed
    assert "on local; licence" in listed


def test_a_stack_is_chosen_from_what_it_has(lab):
    assert "shelf" in says(lab, "stack", "show")
    assert "shelf" not in says(lab, "stack", "remove", "vector_database")
    assert "shelf" in says(lab, "stack", "add", "vector-database", "SHELF")
    assert "Did you mean 'shelf'?" in says(lab, "stack", "add", "vector_database", "shelv", code=2)


def test_a_preset_is_made_of_what_it_has_and_says_what_it_lacks(lab):
    (lab.folder / "matcha.toml").write_text('target = "lab"\n')
    assert "shelf" not in says(lab, "stack", "show")
    said = says(lab, "stack", "set", "llm")
    assert "has notebook for mlflow, shelf for chroma, no orchestrator, data_version" in said
    assert json.loads(lab("stack", "show", "--output", "json").stdout) == {
        "version": 1,
        "name": "llm",
        "target": "lab",
        "modules": {"experiment_tracker": "notebook", "vector_database": "shelf"},
    }
    assert 'name = "llm"' in (lab.folder / "matcha.toml").read_text()


@pytest.mark.slow
def test_a_new_project_is_built_there_at_once_and_taken_down(lab_site, tmp_path):
    new = matcha_with(lab_site, tmp_path / "new")
    said = says(new, "provision", "--yes", "--target", "LAB", "--location", "moon")
    assert "--location means nothing on the target lab: ignored" in said
    assert "On the target lab the default stack has notebook for mlflow, no orchestrator" in said
    assert "default" in says(new, "stack", "show")
    assert (new.folder / ".matcha/lab/notebook").is_file()
    assert f"every file in {new.folder}/.matcha/lab" in says(new, "destroy", "--yes")
    assert not (new.folder / ".matcha/lab/notebook").exists()
    assert "nothing is deployed" in says(new, "status", code=3)


@pytest.mark.slow
def test_a_project_of_ours_moves_there_and_back_with_its_preset(lab_site, tmp_path):
    moving = matcha_with(lab_site, tmp_path / "moving")
    says(moving, "stack", "set", "llm")
    says(moving, "provision", "--yes", "--target", "lab")
    says(moving, "destroy", "--yes")
    (moving.folder / "matcha.toml").write_text('target = "local"\nstack.name = "llm"\n')
    assert "chroma" in says(moving, "stack", "show")


def test_a_stack_that_it_lacks_is_refused_by_name(lab):
    (lab.folder / "matcha.toml").write_text(
        'target = "lab"\n[stack.modules]\nexperiment_tracker = "mlflow"\n'
    )
    assert "mlflow is not available on the target lab" in says(lab, "provision", "--yes", code=2)


def test_the_nearest_target_is_guessed(lab):
    said = says(lab, "provision", "--yes", "--target", "labb", code=2)
    assert "Known: local, azure, lab. Did you mean 'lab'?" in said
    assert "[local|azure|lab]" in says(lab, "provision", "--help")


def test_a_plan_shows_both_of_its_layers(lab):
    said = says(lab, "plan")
    assert "3 to add, 0 to change, 0 to destroy" in said
    assert not (lab.folder / ".matcha/lab").exists()


def test_its_check_decides_what_doctor_and_a_provision_say(lab):
    assert "there is white paint" in says(lab, "doctor")
    text = (lab.folder / "matcha.toml").read_text()
    (lab.folder / "matcha.toml").write_text(f'{text}\n[settings]\ncolour = "black"\n')
    assert "there is no black paint" in says(lab, "doctor", code=4)
    assert "Set another colour." in says(lab, "provision", "--yes", code=4)


def test_its_settings_are_refused_and_completed_like_ours(lab):
    assert "colour cannot be 'Red'" in says(
        lab, "provision", "--yes", "--set", "colour=Red", code=2
    )
    said = says(lab, "provision", "--yes", "--set", "notebook.pages=0", code=2)
    assert "How many pages it has" in said


def test_what_is_built_is_healthy_and_what_is_lost_is_down(built):
    assert "healthy" in says(built, "status")
    notebook = built.folder / ".matcha/lab/notebook"
    text = notebook.read_text()
    notebook.unlink()
    assert "is gone" in says(built, "status", code=1)
    notebook.write_text(text)


def test_what_it_gives_is_told_to_people_scripts_and_clients(built):
    url = (built.folder / ".matcha/lab/notebook").as_uri()
    assert built.get("experiment-tracker", "tracking-url") == url
    assert built.get("cloud", "location") == "a green room"
    assert f"export MLFLOW_TRACKING_URI={url}" in says(built, "env")
    assert "LAB_SHELF" in says(built, "connect")
    assert f"MLFLOW_TRACKING_URI={url}" in (built.folder / ".env").read_text()


def test_its_pages_and_logs_are_found_by_any_of_their_names(built):
    says(built, "open", "notebook")
    assert says(built, "logs", "shelf") == "A shelf with 1 pages in a green room\n"
    assert "provision" in says(built, "runs")
    assert "bench: apply" in says(built, "logs")


def test_what_is_fixed_once_it_is_built_stays(built):
    said = says(built, "provision", "--yes", "--set", "colour=red", code=3)
    assert "colour cannot be changed while a stack is deployed" in said
    assert "cannot be changed while one is deployed" in says(
        built, "stack", "remove", "vector_database", code=3
    )


@pytest.mark.slow
def test_a_second_provision_changes_only_what_was_set(built):
    words = ("provision", "--yes", "--set", "notebook.pages=3")
    assert "would destroy or replace 1 resource" in says(built, *words, code=3)
    assert "The llm stack is up" in says(built, *words, "--allow-destroy")
    assert "with 3 pages" in says(built, "logs", "notebook")
    assert "with 1 pages" in says(built, "logs", "shelf")


def test_what_it_costs_is_told_by_module_and_with_each_change(lab):
    said = says(lab, "cost")
    assert "A month (730 hours)  151.00 EUR" in said
    assert "machines" not in said
    assert "Paper" in said
    assert "It costs 146.00 EUR a month (-5.00 EUR)." in says(
        lab, "stack", "remove", "vector_database"
    )
    assert json.loads(lab("cost", "--output", "json").stdout)["region"] == ""


@pytest.mark.slow
def test_what_exceeds_its_limit_is_not_built_unasked(lab):
    said = says(lab, "provision", "--yes", "--set", "allowance=100", code=3)
    assert "the stack costs 151.00 EUR a month, and allowance is 100 EUR" in said
    assert "raise allowance, or give --over-limit" in said
    assert "stack is up" in says(lab, "provision", "--yes", "--over-limit")
    assert "lamps" in says(lab, "get", "cloud")
    says(lab, "destroy", "--yes")


def test_it_has_no_cluster_and_no_password(built):
    assert "has no Kubernetes cluster" in says(built, "kubeconfig", code=3)
    assert "Nothing to pay" in says(built, "cost", "--target", "local")
    answer = built("destroy", "--yes", "--keep-data")
    assert "on The lab a destroy keeps no data" in answer.stderr
    assert answer.returncode == 2


@pytest.mark.slow
def test_its_modules_are_checked_and_replaced_by_the_users_own(lab, lab_site):
    own = lab.folder / "mine" / NOTEBOOK
    theirs = lab_site / "lab_target/modules" / NOTEBOOK.removeprefix("lab/")
    own.mkdir(parents=True)
    for file in theirs.iterdir():
        text = file.read_text().replace("A notebook", "My notebook")
        (own / file.name).write_text(text)
    assert "FAULT" not in says(lab, "module", "check", str(own))
    (lab.folder / "matcha.toml").write_text(f'{BOTH}\n[paths]\nmodules = ["mine"]\n')
    says(lab, "provision", "--yes", "--trust-modules")
    assert says(lab, "logs", "notebook").startswith("My notebook with 1 pages")
    says(lab, "destroy", "--yes")


def test_the_users_modules_for_it_are_known_in_a_project_of_another_target(lab, lab_site):
    own = lab.folder / "mine" / NOTEBOOK
    own.mkdir(parents=True)
    for file in (lab_site / "lab_target/modules" / NOTEBOOK.removeprefix("lab/")).iterdir():
        (own / file.name).write_bytes(file.read_bytes())
    (lab.folder / "matcha.toml").write_text('paths.modules = ["mine"]\n')
    assert "warning" not in says(lab, "stack", "show")
    (own / "module.toml").write_text("title = 1\n")
    assert "title must be a text" in says(lab, "stack", "show")
