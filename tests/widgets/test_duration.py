"""Spans of time in words."""

from datetime import UTC, datetime, timedelta

import pytest

from matcha_tui.widgets.duration import ago, clock, in_words

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (12.9, "0:12"), (61, "1:01"), (3_723, "1:02:03"), (-3, "0:00")],
)
def test_a_clock_counts_whole_seconds(seconds, shown):
    assert clock(seconds) == clock(timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(24.4, "24 s"), (60, "1 min"), (125, "2 min 5 s"), (3_600, "1 h"), (3_780, "1 h 3 min")],
)
def test_a_span_is_said_as_people_would(seconds, words):
    assert in_words(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "just now"),
        (200, "3 min ago"),
        (7_300, "2 h ago"),
        (90_000, "yesterday"),
        (2e5, "2 days ago"),
    ],
)
def test_a_time_is_said_to_be_ago(seconds, words):
    assert ago(NOON - timedelta(seconds=seconds), NOON) == words
