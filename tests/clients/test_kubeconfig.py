"""A cluster of ours in a kubeconfig of theirs."""

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.clients.kubeconfig import find_kubeconfig, merge_kubeconfig
from matcha_tui.errors import ExitCode, MatchaError


def config(name: str, server: str = "https://tea") -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": {"server": server}}],
            "users": [{"name": f"user_{name}", "user": {"token": "t"}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": f"user_{name}"}}],
            "current-context": name,
        }
    )


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    return content


def names(path: Path, kind: str) -> list[str]:
    return [entry["name"] for entry in read(path)[kind]]


def test_a_new_file_is_private_and_points_to_the_cluster(tmp_path: Path):
    path = tmp_path / "kube/config"
    assert merge_kubeconfig(path, config("ours")) == "ours"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert read(path) == yaml.safe_load(config("ours"))


def test_what_is_there_stays_with_its_current_context(tmp_path: Path):
    path = tmp_path / "config"
    path.write_text(config("theirs") + "preferences:\n  colors: true\n")
    merge_kubeconfig(path, config("ours"))
    for kind, prefix in (("clusters", ""), ("users", "user_"), ("contexts", "")):
        assert names(path, kind) == [f"{prefix}theirs", f"{prefix}ours"]
    assert read(path)["current-context"] == "theirs"
    assert read(path)["preferences"] == {"colors": True}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_ours_becomes_current_when_asked(tmp_path: Path):
    path = tmp_path / "config"
    path.write_text(config("theirs"))
    merge_kubeconfig(path, config("ours"), use=True)
    assert read(path)["current-context"] == "ours"


def test_writing_the_same_again_changes_nothing(tmp_path: Path):
    path = tmp_path / "config"
    merge_kubeconfig(path, config("ours"))
    before = path.read_bytes()
    merge_kubeconfig(path, config("ours"))
    assert path.read_bytes() == before


def test_another_entry_of_the_name_is_replaced_only_on_request(tmp_path: Path):
    path = tmp_path / "config"
    path.write_text(config("ours", "https://elsewhere"))
    before = path.read_bytes()
    with pytest.raises(MatchaError, match="another entry 'ours' among its clusters") as caught:
        merge_kubeconfig(path, config("ours"))
    assert caught.value.exit_code is ExitCode.REFUSED
    assert "--overwrite" in (caught.value.hint or "")
    assert path.read_bytes() == before
    merge_kubeconfig(path, config("ours"), overwrite=True)
    assert read(path)["clusters"] == [{"name": "ours", "cluster": {"server": "https://tea"}}]


def test_a_link_stays_a_link(tmp_path: Path):
    real, link = tmp_path / "real", tmp_path / "config"
    real.write_text(config("theirs"))
    link.symlink_to(real)
    merge_kubeconfig(link, config("ours"))
    assert link.is_symlink()
    assert names(real, "clusters") == ["theirs", "ours"]


@pytest.mark.parametrize("content", ["{", "- a list", "clusters: 5", "contexts: [a]", "\x00"])
def test_what_is_no_kubeconfig_is_left_alone(tmp_path: Path, content: str):
    path = tmp_path / "config"
    path.write_text(content)
    with pytest.raises(MatchaError, match="is no kubeconfig") as caught:
        merge_kubeconfig(path, config("ours"), overwrite=True)
    assert "--file PATH" in (caught.value.hint or "")
    assert path.read_text() == content


@given(st.binary(max_size=100))
def test_any_bytes_are_merged_or_refused(tmp_path_factory, content: bytes):
    path = tmp_path_factory.mktemp("kube") / "config"
    path.write_bytes(content)
    try:
        merge_kubeconfig(path, config("ours"))
    except MatchaError:
        assert path.read_bytes() == content
    else:
        assert "ours" in names(path, "clusters")


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"KUBECONFIG": "/one:/two"}, Path("/one")),
        ({"KUBECONFIG": "/one"}, Path("/one")),
        ({"KUBECONFIG": ""}, Path.home() / ".kube/config"),
        ({}, Path.home() / ".kube/config"),
    ],
)
def test_it_is_the_file_that_kubectl_writes_to(environment: dict[str, str], found: Path):
    assert find_kubeconfig(environment) == found


def test_a_second_time_leaves_comments_and_layout_alone(tmp_path: Path):
    path = tmp_path / "config"
    merge_kubeconfig(path, config("ours"))
    path.write_bytes(b"# mine\r\n" + path.read_bytes().replace(b"\n", b"\r\n"))
    before = path.read_bytes()
    merge_kubeconfig(path, config("ours"))
    assert path.read_bytes() == before


def test_what_is_not_text_is_not_rewritten(tmp_path: Path):
    path = tmp_path / "config"
    path.write_bytes(b"kind: Config\n# caf\xe9\n")
    with pytest.raises(MatchaError, match="is no kubeconfig"):
        merge_kubeconfig(path, config("ours"))
    assert path.read_bytes() == b"kind: Config\n# caf\xe9\n"
