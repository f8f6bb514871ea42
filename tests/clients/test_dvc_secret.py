import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.clients.dvc import LOCAL_SETTINGS, set_connection_string

SECRET = "AccountName=tea;AccountKey=c2Vj+mV0/A==;EndpointSuffix=core.windows.net"
OURS = f"['remote \"matcha\"']\n    connection_string = {SECRET}\n"
LINES = st.sampled_from(
    [
        "# mine\n",
        "\n",
        "[core]\n",
        "    jobs = 4\n",
        "['remote \"other\"']\n",
        "    connection_string = theirs\n",
        "['remote \"matcha-2\"']\r\n",
    ]
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", OURS),
        ("[core]\n    jobs = 4", f"[core]\n    jobs = 4\n{OURS}"),
        ("['remote \"matcha\"']\n    connection_string = old\n", OURS),
        ('[remote "matcha"]\nconnection_string=old\n\xff=1\n', None),
        ("['remote \"matcha\"']", OURS),
    ],
)
def test_one_line_is_written_and_the_others_stay(tmp_path: Path, before: str, after: str | None):
    path = tmp_path / LOCAL_SETTINGS
    path.write_bytes(before.encode("latin-1"))
    assert set_connection_string(tmp_path, "matcha", SECRET)
    expected = after or before.replace("connection_string=old", f"    connection_string = {SECRET}")
    assert path.read_bytes() == expected.encode("latin-1")
    assert not set_connection_string(tmp_path, "matcha", SECRET)


def test_the_file_is_private_and_becomes_so(tmp_path: Path):
    path = tmp_path / LOCAL_SETTINGS
    assert set_connection_string(tmp_path, "matcha", SECRET)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert set_connection_string(tmp_path, "matcha", SECRET)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_not_there_is_not_taken_away(tmp_path: Path):
    assert not set_connection_string(tmp_path, "matcha", None)
    assert list(tmp_path.iterdir()) == []


def test_other_secrets_of_the_same_remote_stay_when_it_is_taken_away(tmp_path: Path):
    path = tmp_path / LOCAL_SETTINGS
    path.write_text(f"{OURS}    sas_token = mine\n[core]\n")
    assert set_connection_string(tmp_path, "matcha", None)
    assert path.read_text() == "['remote \"matcha\"']\n    sas_token = mine\n[core]\n"


@given(lines=st.lists(LINES))
def test_written_and_taken_away_the_file_is_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
):
    folder = tmp_path_factory.mktemp("dvc")
    path = folder / LOCAL_SETTINGS
    before = "".join(lines).encode()
    path.write_bytes(before)
    set_connection_string(folder, "matcha", SECRET)
    assert path.read_bytes() == before + OURS.encode()
    set_connection_string(folder, "matcha", None)
    assert path.read_bytes() == before
