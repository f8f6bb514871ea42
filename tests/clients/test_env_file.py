import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcha_tui.clients.connection import Outcome
from matcha_tui.clients.env_file import connect_env_file
from matcha_tui.errors import MatchaError
from matcha_tui.stack.usage import ClientVariable

URL = ClientVariable("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
PASSWORD = ClientVariable("ZENML_STORE_PASSWORD", "it's green tea #1", secret=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder that git looks after."""
    git(tmp_path, "init", "--quiet")
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    finished = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return finished.stdout


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_shell_reads_what_was_written(tmp_path: Path):
    assert connect_env_file(tmp_path, [URL, PASSWORD]).outcome is Outcome.DONE
    script = '. ./.env; printf "%s|%s" "$MLFLOW_TRACKING_URI" "$ZENML_STORE_PASSWORD"'
    printed = subprocess.check_output(["sh", "-c", script], cwd=tmp_path, text=True)
    assert printed == f"{URL.value}|{PASSWORD.value}"
    assert mode(tmp_path / ".env") == 0o600


def test_the_users_own_lines_stay_and_the_block_is_replaced_in_its_place(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_bytes(b"# mine\nA=1\xff")
    connect_env_file(tmp_path, [URL])
    file.write_bytes(file.read_bytes() + b"B=2\n")
    changed = ClientVariable(URL.name, "http://127.0.0.1:5001")
    assert connect_env_file(tmp_path, [changed]).outcome is Outcome.DONE
    lines = file.read_bytes().splitlines()
    assert lines[:2] == [b"# mine", b"A=1\xff"]
    assert lines[-1] == b"B=2"
    assert [line for line in lines if line.startswith(b"MLFLOW")] == [
        b"MLFLOW_TRACKING_URI=http://127.0.0.1:5001"
    ]


@pytest.mark.parametrize("variables", [[URL], [URL, PASSWORD]])
def test_a_second_time_changes_nothing(repository: Path, variables: list[ClientVariable]):
    connect_env_file(repository, variables)
    before = {path: path.stat().st_mtime_ns for path in repository.iterdir()}
    assert connect_env_file(repository, variables).outcome is Outcome.UNCHANGED
    assert {path: path.stat().st_mtime_ns for path in repository.iterdir()} == before


def test_a_file_with_secrets_is_kept_out_of_git(repository: Path):
    (repository / ".gitignore").write_text("*.pyc")
    step = connect_env_file(repository, [PASSWORD])
    assert ".gitignore" in step.text
    assert (repository / ".gitignore").read_text() == "*.pyc\n.env\n"
    assert ".env" not in git(repository, "status", "--porcelain", "--untracked-files=all").split()


def test_a_file_that_git_has_gets_no_secrets(repository: Path):
    (repository / ".env").write_text("A=1\n")
    git(repository, "add", ".env")
    step = connect_env_file(repository, [URL, PASSWORD])
    assert step.outcome is Outcome.FAILED
    assert "git rm --cached .env" in step.text
    assert (repository / ".env").read_text() == "A=1\n"
    assert connect_env_file(repository, [URL]).outcome is Outcome.DONE


def test_a_readable_file_becomes_private_when_it_gets_secrets(tmp_path: Path):
    file = tmp_path / ".env"
    connect_env_file(tmp_path, [URL, PASSWORD])
    file.chmod(0o644)
    assert connect_env_file(tmp_path, [URL, PASSWORD]).outcome is Outcome.DONE
    assert mode(file) == 0o600


def test_a_block_without_its_end_is_left_alone(tmp_path: Path):
    connect_env_file(tmp_path, [URL])
    file = tmp_path / ".env"
    text = file.read_text().replace("# <<< matcha <<<", "")
    file.write_text(text)
    assert connect_env_file(tmp_path, [URL]).outcome is Outcome.FAILED
    assert file.read_text() == text


def test_a_link_stays_a_link(tmp_path: Path):
    shared = tmp_path / "shared"
    shared.write_text("A=1\n")
    (tmp_path / ".env").symlink_to(shared)
    connect_env_file(tmp_path, [URL])
    assert (tmp_path / ".env").is_symlink()
    assert "MLFLOW_TRACKING_URI" in shared.read_text()


OURS = b"# >>> matcha"
LINES = st.lists(
    st.sampled_from(
        [b"A=1", b"", b"\r", b"\x0b\x0c", b"\x1cB=2", b"\xe2\x80\xa8", b"\xff", b"export C='3'"]
    ),
    max_size=4,
)


@settings(max_examples=50, deadline=None)
@given(
    before=st.builds(bytes.join, st.sampled_from([b"\n", b"\r\n", b"\r"]), LINES),
    after=st.builds(bytes.join, st.sampled_from([b"\n", b"\r\n"]), LINES),
)
def test_every_byte_of_the_users_stays(
    tmp_path_factory: pytest.TempPathFactory, before: bytes, after: bytes
):
    folder = tmp_path_factory.mktemp("mine")
    file = folder / ".env"
    file.write_bytes(before)
    connect_env_file(folder, [URL])
    text = file.read_bytes()
    mine, marker, block = text.partition(OURS)
    assert mine in (before, before + b"\n", before + b"\r\n")
    file.write_bytes(text + after)
    changed = ClientVariable(URL.name, "http://127.0.0.1:5001/longer")
    assert connect_env_file(folder, [changed]).outcome is Outcome.DONE
    expected = mine + marker + block.replace(URL.value.encode(), changed.value.encode()) + after
    assert file.read_bytes() == expected


def test_a_block_among_lines_with_crlf_is_one_that_sh_reads(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_bytes(b"A=1\r\nB=2")
    connect_env_file(tmp_path, [URL])
    assert file.read_bytes().startswith(b"A=1\r\nB=2\r\n# >>>")
    script = '. ./.env; printf "%s" "$MLFLOW_TRACKING_URI"'
    assert subprocess.check_output(["sh", "-c", script], cwd=tmp_path, text=True) == URL.value
    file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))  # an editor
    assert connect_env_file(tmp_path, [URL]).outcome is Outcome.DONE
    assert file.read_bytes().count(OURS) == 1
    assert connect_env_file(tmp_path, [URL]).outcome is Outcome.UNCHANGED


def test_a_value_that_no_form_carries_leaves_the_file_alone(repository: Path):
    (repository / ".env").write_bytes(b"A=1\r\n")
    broken = ClientVariable("ZENML_STORE_PASSWORD", "geheim\n", secret=True)
    step = connect_env_file(repository, [URL, broken])
    assert step.outcome is Outcome.FAILED
    assert "ZENML_STORE_PASSWORD has a line break" in step.text
    assert "geheim" not in step.text
    assert (repository / ".env").read_bytes() == b"A=1\r\n"
    assert not (repository / ".gitignore").exists()


def test_it_is_said_what_docker_and_lines_below_make_of_it(tmp_path: Path):
    connect_env_file(tmp_path, [URL])
    with (tmp_path / ".env").open("a") as file:
        file.write(f"export {URL.name}=http://elsewhere\n")
    step = connect_env_file(tmp_path, [URL, PASSWORD])
    assert f"a line of yours below sets {URL.name}, too" in step.text
    assert "`docker --env-file` would keep the quotes of ZENML_STORE_PASSWORD" in step.text


def test_gitignore_keeps_the_ends_of_its_lines(repository: Path):
    (repository / ".gitignore").write_bytes(b"*.pyc\r\nbuild")
    connect_env_file(repository, [PASSWORD])
    assert (repository / ".gitignore").read_bytes() == b"*.pyc\r\nbuild\r\n.env\r\n"
    assert ".env" not in git(repository, "status", "--porcelain", "--untracked-files=all").split()


def test_a_gitignore_that_git_does_not_follow_gets_no_secrets_written(repository: Path):
    (repository / "shared").write_text("*.pyc\n")
    (repository / ".gitignore").symlink_to("shared")
    with pytest.raises(MatchaError, match="is a link, which git does not follow"):
        connect_env_file(repository, [PASSWORD])
    assert not (repository / ".env").exists()
    assert (repository / ".gitignore").is_symlink()
