import glob
import json
import shutil
import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.services.definition import DirectoryCheck, HttpCheck, read_definition
from matcha_tui.services.layout import FlavorFolder, flavor_folder
from matcha_tui.services.service import load_service, render_service
from tests.hard_names import folder_names
from tests.services.tiny_project import SECRET, TinyProject

_FLAVORS = sorted(Path("terraform_modules/local/services").glob("*/*/module.toml"))


@pytest.mark.parametrize("path", _FLAVORS, ids=lambda path: path.parent.name)
def test_every_flavor_has_a_definition_that_can_be_filled(path: Path, tmp_path: Path) -> None:
    definition = read_definition(path)
    folder = FlavorFolder(tmp_path / path.parent.name)
    folder.path.mkdir()
    values = ", ".join(f'"{name}": 4321' for name in definition.settings)
    folder.values.write_text(f"{{{values}}}")
    service = render_service(folder, path)
    if isinstance(service.check, DirectoryCheck):
        assert service.check.directory in ("4321", str(folder.data))
        return
    assert service.server is not None
    assert service.check.url.startswith("http://127.0.0.1:4321/")
    assert all("==" in package or "<" in package for package in service.server.packages)
    assert service.server.command[0].startswith(str(folder.environment))


def test_placeholders_are_filled_once_and_secrets_stay_as_they_are(project: TinyProject) -> None:
    port = project.define("tiny")
    service = render_service(project.folder("tiny"), project.definition("tiny"))
    assert service.server is not None
    assert service.server.variables == {"TINY_PASSWORD": SECRET}
    assert str(port) in service.server.command
    assert isinstance(service.check, HttpCheck)
    assert service.check.expect == r"^tiny 1\.0$"
    assert load_service(project.folder("tiny")) == service


def test_what_holds_secrets_is_private(project: TinyProject) -> None:
    project.define("tiny")
    render_service(project.folder("tiny"), project.definition("tiny"))
    assert stat.S_IMODE(project.folder("tiny").service.stat().st_mode) == 0o600


def test_a_moved_project_has_its_paths_right(project: TinyProject) -> None:
    project.define("tiny")
    definition = project.definition("tiny")
    definition.write_text(definition.read_text().replace('"plain"', '"{data}/x"'))
    render_service(project.folder("tiny"), definition)
    moved = FlavorFolder(project.services.parent / "moved" / "tiny")
    shutil.copytree(project.folder("tiny").path, moved.path)
    server = load_service(moved).server
    assert server is not None
    assert server.command[-1] == f"{moved.data}/x"


def test_the_fingerprint_changes_with_a_setting_only(project: TinyProject) -> None:
    project.define("tiny")
    folder, definition = project.folder("tiny"), project.definition("tiny")
    first = render_service(folder, definition).fingerprint
    assert render_service(folder, definition).fingerprint == first
    project.set_port("tiny", 1234)
    assert render_service(folder, definition).fingerprint != first


def test_an_unknown_placeholder_is_named(project: TinyProject) -> None:
    project.define("tiny")
    definition = project.definition("tiny")
    definition.write_text(definition.read_text().replace('"plain"', '"{colour}"'))
    with pytest.raises(MatchaError, match=r"placeholder \{colour\}, which is no setting"):
        render_service(project.folder("tiny"), definition)


@pytest.mark.parametrize(
    ("content", "message"),
    [("title = ", "module.toml:1: not valid TOML"), ('title = "x"', "health.url is missing")],
)
def test_a_broken_definition_is_explained(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "module.toml"
    path.write_text(content)
    with pytest.raises(MatchaError, match=message):
        read_definition(path)


def test_a_flavor_that_was_never_prepared_cannot_be_loaded(project: TinyProject) -> None:
    with pytest.raises(MatchaError, match=r"cannot read .*service\.json"):
        load_service(project.folder("tiny"))


@pytest.mark.parametrize(
    "content",
    ['{"definition"', "{}", '{"definition": {}, "values": {}}', '{"definition": [], "values": 1}'],
)
def test_a_damaged_file_is_named(project: TinyProject, content: str) -> None:
    project.folder("tiny").path.mkdir()
    project.folder("tiny").service.write_text(content)
    with pytest.raises(MatchaError, match=r"service\.json is damaged"):
        load_service(project.folder("tiny"))


def test_a_name_that_leads_elsewhere_is_no_flavor(tmp_path: Path) -> None:
    with pytest.raises(MatchaError) as refused:
        flavor_folder(tmp_path, "../elsewhere")
    assert refused.value.exit_code is ExitCode.USAGE


@given(name=folder_names)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_reader_gets_the_path_of_any_folder_in_its_own_form(name: str, tmp_path: Path) -> None:
    folder = FlavorFolder(tmp_path / "projects" / name / "tiny")
    folder.path.mkdir(parents=True, exist_ok=True)
    definition = tmp_path / "forms.toml"
    definition.write_text(_FORMS)
    server = render_service(folder, definition).server
    assert server is not None
    plain, url, pattern = server.command
    assert plain == f"{folder.data}/models"
    assert unquote(urlsplit(url).path) == plain
    Path(plain).mkdir(parents=True, exist_ok=True)
    assert glob.glob(pattern) == [plain]  # noqa: PTH207 - it is what is tested


@pytest.mark.parametrize("path", _FLAVORS, ids=lambda path: path.parent.name)
def test_no_flavor_gets_a_path_where_a_url_is_read(path: Path) -> None:
    server = read_definition(path).server
    texts = [*server.command, *server.variables.values()] if server else []
    assert not [text for text in texts if "://" in text and "{data}" in text]


def test_a_service_of_an_earlier_version_is_read_as_it_was_written(project: TinyProject) -> None:
    project.define("tiny")
    folder, definition = project.folder("tiny"), project.definition("tiny")
    definition.write_text(definition.read_text().replace('"plain"', '"sqlite:///{data}/x.db"'))
    render_service(folder, definition)
    earlier = json.loads(folder.service.read_text())
    del earlier["definition"]["limits"]
    folder.service.write_text(json.dumps(earlier))
    server = load_service(folder).server
    assert server is not None
    assert server.command[-1] == f"sqlite:///{folder.data}/x.db"


def test_a_form_that_there_is_not_is_named(project: TinyProject) -> None:
    project.define("tiny")
    definition = project.definition("tiny")
    definition.write_text(definition.read_text().replace('"plain"', '"{data:shell}"'))
    with pytest.raises(MatchaError, match="'shell' is no form of a value"):
        read_definition(definition)


_FORMS = """\
title = "Forms"

[service]
packages = []
command = ["{data}/models", "file://{data:url}/models", "{data:glob}/models"]

[health]
url = "http://127.0.0.1:1/"
expect = "x"
start_seconds = 1
"""
