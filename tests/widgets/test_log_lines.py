"""Which lines are shown in which rows, and where something is found."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from matcha_tui.widgets.log_lines import LogFilter, LogLine, LogLines

texts = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "))
lines = st.builds(
    LogLine,
    texts,
    st.sampled_from(["", "error", "detail", "package"]),
    st.sampled_from(["", "a", "b"]),
    st.sampled_from(["", "12:00:00"]),
    st.sampled_from(["", "a.x"]),
)
filters = st.builds(
    LogFilter,
    levels=st.sampled_from([frozenset(), frozenset({"error"})]),
    owner=st.sampled_from(["", "a"]),
    source=st.sampled_from(["", "a.x"]),
    folds=st.booleans(),
    times=st.booleans(),
    width=st.sampled_from([0, 2, 7, 40]),
)


def rows(log: LogLines) -> list[tuple[int, str]]:
    return [(log.row(index)[1].number, log.text(index)) for index in range(log.row_count)]


@given(st.lists(st.lists(lines, max_size=6), max_size=6), filters, filters, texts)
def test_rows_are_the_same_however_they_came_about(batches, before, after, needle):
    """Appended, filtered and dropped in any order, as when all is shown anew at the end."""
    log, everything = LogLines(maximum=8), [line for batch in batches for line in batch]
    log.show(before)
    log.search(needle)
    for place, batch in enumerate(batches):
        if place == len(batches) // 2:
            log.show(after)
        log.append(batch)
    if len(batches) < 1:
        log.show(after)
    fresh = LogLines(maximum=8)
    fresh.append(everything)
    fresh.show(log.filter)
    fresh.search(needle)
    assert [text for _, text in rows(log)] == [text for _, text in rows(fresh)]
    assert list(log.matches) == list(fresh.matches)
    assert len(log.held) <= 8
    width = log.filter.width
    if width:
        assert all(cell_len(text) <= max(width, 2) for _, text in rows(log))


@given(st.lists(lines, max_size=12), filters)
def test_wrapped_rows_hold_every_character(given_lines, wanted):
    log = LogLines(maximum=100)
    log.append(given_lines)
    log.show(wanted)
    shown: dict[int, str] = {}
    for number, text in rows(log):
        shown[number] = shown.get(number, "") + text
    kept = [line for line in log.held if wanted.takes(line)]
    assert list(shown.values()) == [wanted.text_of(line) for line in kept]


def test_small_letters_find_capital_ones_and_capital_ones_only_themselves():
    log = LogLines(maximum=10)
    log.append([LogLine("Port 5000"), LogLine("port 5001"), LogLine("ΐ PORT")])
    log.search("port")
    assert list(log.matches) == [0, 1]  # what is not ASCII is compared as it is
    log.search("Port")
    assert list(log.matches) == [0]
    assert list(log.spans("a Port and a Port")) == [(2, 6), (13, 17)]


@given(st.lists(lines, max_size=9), st.lists(lines, max_size=9), filters, texts)
def test_older_lines_that_come_above_are_as_if_they_had_always_been_there(older, new, wanted, find):
    log, whole = LogLines(maximum=9), LogLines(maximum=18)
    whole.append([*older, *new])
    log.append(new)
    for one in (log, whole):
        one.show(wanted)
        one.search(find)
    log.prepend(older)
    assert [text for _, text in rows(log)] == [text for _, text in rows(whole)]
    first = len(older)
    assert list(log.matches) == [number - first for number in whole.matches]
    assert log.longest == whole.longest
