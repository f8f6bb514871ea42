"""An idle supervisor costs nothing, whatever happened before."""

import contextlib
import os
import socket
import time
import xmlrpc.client
from collections.abc import Iterator

import psutil
import pytest

from matcha_tui.services.programs import program_state
from matcha_tui.services.rpc import connect
from matcha_tui.services.supervisor_files import SupervisorFiles
from matcha_tui.services.supervisord import CorrectedOptions, TurnPoller
from tests.services.tiny_project import TinyProject, stopped
from tests.waiting import wait_for

_WATCHED_SECONDS = 3.0
_SHARE_OF_A_CORE = 0.01


def test_a_service_that_gets_a_closed_connections_descriptor_costs_nothing(
    project: TinyProject,
) -> None:
    project.define("tiny")
    project.start("tiny")
    supervisor = project.supervisor()
    files = SupervisorFiles(project.services)
    with connect(files) as proxy:
        proxy.supervisor.stopProcess("tiny")
    wait_for(lambda: len(supervisor.net_connections("unix")) == 1)  # that on which it listens
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(_connection(files)) for _ in range(3)]
        asking = stack.enter_context(_connection(files))
        with stopped(supervisor):
            for connection in idle:
                connection.close()
            asking.sendall(_request("supervisor.startProcess", "tiny", False))
        assert b"<boolean>1</boolean>" in asking.recv(4096)
    project.wait_until_healthy("tiny")
    assert _cpu_seconds_of(supervisor) < _WATCHED_SECONDS * _SHARE_OF_A_CORE


@pytest.mark.slow  # it watches five times
def test_whatever_happens_to_a_service_costs_its_supervisor_nothing(project: TinyProject) -> None:
    project.define("tiny")
    folder = project.folder("tiny")
    pid = project.start("tiny")
    cost = {"started": _cpu_seconds_of(project.supervisor())}
    psutil.Process(pid).kill()
    project.wait_until_healthy("tiny", other_than=pid)
    cost["killed"] = _cpu_seconds_of(project.supervisor())
    pid = project.pid("tiny")
    folder.service.write_text(folder.service.read_text().replace('"plain"', '"crashing"'))
    psutil.Process(pid).kill()
    wait_for(lambda: program_state(folder) == "BACKOFF")
    cost["crashing"] = _cpu_seconds_of(project.supervisor())
    assert project.run("stop", "tiny").returncode == 0
    cost["stopped"] = _cpu_seconds_of(project.supervisor())
    project.start("tiny")
    project.kill_supervisor()
    assert project.run("launch").returncode == 0
    wait_for(lambda: project.health("tiny").supervised)
    cost["taken over"] = _cpu_seconds_of(project.supervisor())
    limit = _WATCHED_SECONDS * _SHARE_OF_A_CORE
    assert all(seconds < limit for seconds in cost.values()), cost


def test_a_poller_forgets_what_it_was_asked_for() -> None:
    poller = TurnPoller(None)
    reading, writing = os.pipe()
    os.write(writing, b"x")
    poller.register_readable(reading)
    poller.register_writable(writing)
    assert poller.poll(1) == ([reading], [writing])
    assert poller.poll(0) == ([], [])
    poller.register_readable(reading)
    poller.unregister_readable(reading)
    assert poller.poll(0) == ([], [])
    os.close(reading)
    os.close(writing)


def test_the_owner_of_a_descriptor_meets_its_error() -> None:
    poller = TurnPoller(None)
    reading, writing = os.pipe()
    os.close(reading)  # a write ends in EPIPE
    poller.register_writable(writing)
    assert poller.poll(1) == ([], [writing])
    poller.register_readable(writing)  # polled for what it cannot do
    assert poller.poll(1) == ([writing], [])
    os.close(writing)
    poller.register_readable(writing)  # it is closed, and a read ends in EBADF
    assert poller.poll(1) == ([writing], [])


def test_the_standard_input_of_a_service_is_no_pipe() -> None:
    options = CorrectedOptions()
    pipes = options.make_pipes(stderr=False)
    assert pipes["stdin"] is None
    assert pipes["child_stdin"] is not None
    assert os.read(pipes["child_stdin"], 1) == b""
    options.close_parent_pipes(pipes)
    options.close_child_pipes(pipes)


def _cpu_seconds_of(process: psutil.Process) -> float:
    """What a process uses while nobody asks it anything; without its children."""
    before = process.cpu_times()
    time.sleep(_WATCHED_SECONDS)
    after = process.cpu_times()
    return after.user + after.system - before.user - before.system


@contextlib.contextmanager
def _connection(files: SupervisorFiles) -> Iterator[socket.socket]:
    """A connection that the supervisor has accepted: it has answered on it once."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(files.read_address()))
        connection.sendall(_request("supervisor.getPID"))
        assert connection.recv(4096).startswith(b"HTTP/1.1 200")
        yield connection


def _request(method: str, *arguments: str | bool) -> bytes:
    body = xmlrpc.client.dumps(arguments, method).encode()
    head = f"POST /RPC2 HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Content-Type: text/xml\r\n\r\n".encode() + body
