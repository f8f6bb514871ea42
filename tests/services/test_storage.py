from matcha_tui.services.storage import describe_leftovers
from matcha_tui.services.store import last_used, used_environment, users
from tests.services.tiny_project import TinyProject


def _fill(project: TinyProject) -> None:
    project.define("tiny", "forking")
    project.run("prepare", "tiny")
    project.run("install", "tiny")
    project.start("tiny")
    (project.folder("tiny").data / "files" / "precious").write_text("x" * 1000)


def test_folders_are_prepared_once_and_kept(project: TinyProject) -> None:
    project.define("tiny")
    for _ in range(2):
        assert project.run("prepare", "tiny").returncode == 0
        (project.folder("tiny").data / "files" / "precious").touch()
    assert (project.folder("tiny").data / "files" / "precious").exists()


def test_a_removed_flavor_leaves_nothing_even_while_it_runs(project: TinyProject) -> None:
    _fill(project)
    environment = used_environment(project.folder("tiny"))
    assert environment is not None
    started = last_used(environment)
    assert project.run("remove", "tiny").returncode == 0
    assert environment.is_whole
    assert users(environment) == ()
    assert last_used(environment) >= started, "it is as recent as its last project"
    assert not project.folder("tiny").path.exists()
    assert not project.processes()
    assert project.run("remove", "tiny").returncode == 0


def test_kept_data_is_listed_and_nothing_runs(
    project: TinyProject,
) -> None:
    _fill(project)
    done = project.run("remove", "tiny", MATCHA_DATA="keep")
    folder = project.folder("tiny")
    assert f"its data stays in {folder.data}" in done.stdout
    assert (folder.data / "files" / "precious").exists()
    assert folder.environment.is_symlink()
    assert folder.values.exists()
    assert not project.processes()

    (leftover,) = describe_leftovers(project.services)
    assert (leftover.flavor, leftover.data) == ("tiny", folder.data)
    assert leftover.data_bytes == 1000


def test_a_sweep_ends_and_deletes_what_an_interrupted_run_left(project: TinyProject) -> None:
    _fill(project)
    project.define("planned")  # it has a port already, and was never prepared
    assert project.run("clean").returncode == 0
    assert not project.processes()
    assert list(project.services.iterdir()) == []
    assert project.run("clean").returncode == 0


def test_a_sweep_keeps_data_if_asked(project: TinyProject) -> None:
    _fill(project)
    assert project.run("clean", MATCHA_DATA="keep").returncode == 0
    assert not project.processes()
    assert (project.folder("tiny").data / "files" / "precious").exists()
