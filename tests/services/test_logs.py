import os
import stat
from pathlib import Path

from matcha_tui.services.logs import note_size, open_log, read_log, rotate, tail


def test_a_grown_log_is_put_aside_and_its_writer_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "log"
    log = open_log(path)
    os.write(log, b"old\n" * 10)
    rotate(path, limit=20)
    os.write(log, b"new\n")
    os.close(log)
    assert path.read_text() == "new\n"
    aside = tmp_path / "log.1"
    assert aside.read_text() == "old\n" * 10
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600


def test_a_small_or_missing_log_stays_as_it_is(tmp_path: Path) -> None:
    rotate(tmp_path / "log")
    (tmp_path / "log").write_text("few words")
    rotate(tmp_path / "log")
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_what_was_written_since_a_time_is_found_by_the_noted_sizes(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("old\n")
    for now in (100, 160):  # nothing new at 160
        note_size(log, now)
    with log.open("a") as content:
        content.write("new\n")
    note_size(log, 220)
    assert (tmp_path / "log.times").read_text() == "100 4\n220 8\n"
    assert "".join(read_log(log, since=150)) == "new\n"
    assert "".join(read_log(log, since=50)) == "old\nnew\n"
    rotate(log, limit=4)
    log.write_text("newest")
    assert "".join(read_log(log, since=150)) == "new\nnewest\n"
    (tmp_path / "log.times").write_bytes(b"\xff 3\nnonsense\n")
    assert "".join(read_log(log)) == "old\nnew\nnewest\n"


def test_what_is_put_aside_while_a_log_is_followed_is_not_lost(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("one\n")
    following = read_log(log, follow=True)
    assert next(following) == "one\n"
    with log.open("a") as content:
        content.write("two\n")
    rotate(log, limit=4)
    with log.open("a") as content:
        content.write("three\n")
    assert next(filter(None, following)) == "two\nthree\n"


def test_the_tail_is_the_last_lines_since_a_position(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("a\nb\nc\n")
    assert tail(log, 2) == ["b", "c"]
    assert tail(log, 9, start=4) == ["c"]
    assert tail(log, 9, start=400) == ["a", "b", "c"]  # it was rotated since
    assert tail(tmp_path / "none", 2) == []


def test_the_tail_has_what_was_put_aside_since(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("before\nlast words\n")
    rotate(log, limit=5)
    log.write_text("ended\n")
    start = len("before\n")
    put_aside = log.with_name("log.1").stat().st_mtime
    assert tail(log, 20, start, put_aside) == ["last words", "ended"]
    assert tail(log, 1, start, put_aside) == ["ended"]
    assert tail(log, 20, 0, put_aside + 1) == ["ended"]
