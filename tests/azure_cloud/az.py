"""Puts a stand-in for the Azure CLI on PATH."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Az:
    """The stand-in.

    Attributes:
        folder: What to put on PATH.
    """

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The variables that it needs, besides PATH."""
        return {"AZ_ANSWERS": str(self.folder / "answers.json")}

    def tell(self, **answers: object) -> None:
        """Say how it behaves: signed_in, tenant, lifetime, error, seconds, login_seconds."""
        (self.folder / "answers.json").write_text(json.dumps(answers))

    def calls(self) -> list[str]:
        """What it was called with, a line a call."""
        log = self.folder / "answers.log"
        return log.read_text().splitlines() if log.exists() else []


def install_az(folder: Path) -> Az:
    """Write the stand-in into a folder; nobody is signed in."""
    folder.mkdir()
    program = folder / "az"
    program.write_text(
        f'#!/bin/sh\ncd "{_ROOT}" && exec "{sys.executable}" -m tests.azure_cloud.fake_az "$@"\n'
    )
    program.chmod(0o755)
    az = Az(folder)
    az.tell(signed_in=False)
    return az
