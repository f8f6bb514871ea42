"""Charts are read from where Helm fetches them; what they do not read is told."""

import io
import tarfile
from pathlib import Path

import pytest

from tests.read_charts import fetch, find_unread, main
from tests.rude_server import says, serving

VALUES = """
service: {type: ClusterIP}
chromadb: {data: {volumeSize: 1Gi}, port: 8000}
resources: {}
annotations:
"""
TEMPLATE = "{{ .Values.replicas }} {{ $.Values.legacy.name }}"
READ = [
    "service.type",
    "chromadb.data.volumeSize",
    "resources.*",
    "annotations.one",
    "replicas",
    "legacy.name",
]
UNREAD = ["chromadb.dataVolumeSize", "service.type.more", "replica", "legacy", "zenml.url"]


def archive() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as chart:
        for name, text in (("values.yaml", VALUES), ("templates/all.yaml", TEMPLATE)):
            member = tarfile.TarInfo(f"chart/{name}")
            member.size = len(text)
            chart.addfile(member, io.BytesIO(text.encode()))
    return packed.getvalue()


def answer(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (
        len(body),
        body,
    )


def test_keys_that_a_chart_does_not_read_are_found():
    assert find_unread(archive(), READ) == []
    assert find_unread(archive(), READ + UNREAD) == UNREAD


def write_table(folder: Path, repository: str, version: str = "1.0.0") -> None:
    (folder / "chart.toml").write_text(
        f'chart = "tea"\nversion = "{version}"\nrepository = "{repository}"\n'
        f"keys = {READ + UNREAD[:1]}\n"
    )


def test_a_chart_is_read_from_its_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    index = b"entries: {tea: [{version: 2.0.0, urls: [two]}, {version: 1.0.0, urls: [one.tgz]}]}"
    answers = [answer(index), answer(archive()), answer(index)]
    with serving(lambda connection: says(answers.pop(0))(connection)) as server:
        write_table(tmp_path, server.url.removesuffix("/health"))
        assert main(tmp_path) == 1
        assert server.requests[1].startswith(b"GET /one.tgz ")
        assert capsys.readouterr().out == "tea 1.0.0: does not read chromadb.dataVolumeSize\n"
        write_table(tmp_path, server.url.removesuffix("/health"), "3.0.0")
        assert main(tmp_path) == 0
    assert "has no version 3.0.0 of tea" in capsys.readouterr().out


def test_a_registry_that_cannot_be_reached_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    write_table(tmp_path, "oci://127.0.0.1:1/tea")
    assert main(tmp_path) == 0
    said = "tea 1.0.0: could not be had from oci://127.0.0.1:1/tea (ConnectionError)\n"
    assert capsys.readouterr().out == said


def test_garbage_is_no_chart():
    with serving(says(answer(b"entries: 3"))) as server, pytest.raises(TypeError):
        fetch({"repository": server.url, "chart": "tea", "version": "1.0.0"})
