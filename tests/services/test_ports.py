import os
import socket

import pytest

from matcha_tui.errors import MatchaError
from matcha_tui.services.ports import (
    FIRST_EPHEMERAL_PORT,
    describe_holder,
    find_free_port,
    is_free,
)
from tests.ports import free_port


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0", "::1", "::"])
def test_a_port_that_anything_listens_on_is_not_free(address: str) -> None:
    port = free_port()
    assert is_free(port)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, port), family=family):
        assert not is_free(port)
    assert is_free(port)


def test_the_first_free_port_is_found_and_promised_ones_are_passed() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        found = find_free_port(port, set())
        assert found > port
        assert find_free_port(port, {found}) > found


def test_above_the_last_port_the_search_goes_on_below() -> None:
    last = FIRST_EPHEMERAL_PORT - 1
    assert find_free_port(last, {last}) < last


def test_no_free_port_at_all_is_said() -> None:
    with pytest.raises(MatchaError, match="no port is free"):
        find_free_port(5000, set(range(FIRST_EPHEMERAL_PORT)))


def test_the_holder_of_a_port_is_named() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert f"(pid {os.getpid()})" in describe_holder(port)
    assert describe_holder(port) == "another program"
