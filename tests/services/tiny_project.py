"""A project with tiny services, driven as Terraform drives it."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.services.health import ServiceHealth, check_services
from matcha_tui.services.layout import FlavorFolder
from matcha_tui.services.leader import living_leader, service_processes
from matcha_tui.services.supervisor import is_supervised
from matcha_tui.system.processes import Process, end_processes, marked_processes
from tests.ports import free_port
from tests.waiting import wait_for

SECRET = "a password with {braces} and %(percents)s"

_SERVER = Path(__file__).with_name("tiny_server.py")
_NOT_USERS = ("PYTHONDONTWRITEBYTECODE",)  # compiling psutil for each process takes its time


@dataclass(frozen=True)
class TinyProject:
    """A services directory and the definitions of what runs in it."""

    services: Path

    def folder(self, flavor: str) -> FlavorFolder:
        return FlavorFolder(self.services / flavor)

    def definition(self, flavor: str) -> Path:
        return self.services.parent.parent / f"{flavor}.toml"

    def define(self, flavor: str, manner: str = "plain", start_seconds: int = 60) -> int:
        """Write a module.toml and values.json; returns the port."""
        port = free_port()
        self.definition(flavor).write_text(definition_text(manner, start_seconds))
        self.set_port(flavor, port)
        return port

    def set_port(self, flavor: str, port: int) -> None:
        self.folder(flavor).path.mkdir(parents=True, exist_ok=True)
        self.folder(flavor).values.write_text(json.dumps({"port": port, "password": SECRET}))

    def variables(self, **more: str) -> dict[str, str]:
        users = {name: text for name, text in os.environ.items() if name not in _NOT_USERS}
        return users | {"MATCHA_SERVICES": str(self.services), **more}

    def run(
        self, verb: str, flavor: str | None = None, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run one verb to its end."""
        with self.begin(verb, flavor, **variables) as process:
            output, errors = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def begin(
        self, verb: str, flavor: str | None = None, **variables: str
    ) -> "subprocess.Popen[str]":
        arguments = [flavor] if flavor else []
        if verb in ("prepare", "install", "start"):
            assert flavor
            arguments += ["--definition", str(self.definition(flavor))]
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "matcha_tui.services", verb, *arguments],
            env=self.variables(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def start(self, flavor: str) -> int:
        """Start a flavor that must come up; returns its process id."""
        done = self.run("start", flavor)
        assert done.returncode == 0, done
        return self.pid(flavor)

    def pid(self, flavor: str) -> int:
        leader = living_leader(self.folder(flavor))
        assert leader is not None
        return leader.pid

    def health(self, flavor: str) -> ServiceHealth:
        return next(found for found in check_services(self.services) if found.flavor == flavor)

    def wait_until_healthy(self, flavor: str, other_than: int | None = None) -> ServiceHealth:
        def healthy() -> ServiceHealth | None:
            found = self.health(flavor)
            return found if found.state == "healthy" and found.pid != other_than else None

        return wait_for(healthy)

    def supervisor(self, flavor: str) -> Process:
        (found,) = marked_processes("MATCHA_SUPERVISES", str(self.folder(flavor).path))
        return found

    def kill_supervisor(self, flavor: str) -> None:
        self.supervisor(flavor).send(signal.SIGKILL)
        wait_for(lambda: not is_supervised(self.folder(flavor)))

    def processes(self) -> list[Process]:
        """Every process of every service."""
        found = []
        for path in self.services.glob("*/"):
            found += service_processes(FlavorFolder(path))
        return found

    def clean_up(self) -> None:
        for path in self.services.glob("*/"):  # first, or they would start the services again
            end_processes(marked_processes("MATCHA_SUPERVISES", str(path)), 0)
        while found := self.processes():
            end_processes(found, 0)


@contextmanager
def project_in(folder: Path) -> Iterator[TinyProject]:
    """A project in a folder that is made for it; whatever it started is ended."""
    services = folder.resolve() / ".matcha" / "services"
    services.mkdir(parents=True)
    project = TinyProject(services)
    try:
        yield project
    finally:
        project.clean_up()


def get(port: int, path: str) -> str:
    """What a tiny server answers."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
        return str(response.read().decode())


def definition_text(
    manner: str = "plain", start_seconds: int = 60, packages: Sequence[str] = ()
) -> str:
    """A module.toml of a flavor whose server is the tiny one."""
    return f"""\
title = "Tiny"

[[setting]]
name = "port"
type = "port"

[[setting]]
name = "password"
type = "secret"

[service]
packages = {json.dumps(list(packages))}
command = ["{sys.executable}", "{_SERVER}", "{{port}}", "{manner}"]
directories = ["files"]
stop_seconds = 3

[service.variables]
TINY_PASSWORD = "{{password}}"

[health]
url = "http://127.0.0.1:{{port}}/version"
expect = '^tiny 1\\.0$'
start_seconds = {start_seconds}
"""
