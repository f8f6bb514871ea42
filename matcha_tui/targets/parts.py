"""What a target can do with what is deployed: show logs, stop and start, back up, serve models.

Each is a part that a target has or lacks; give it to the target under the part's name.
"""

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.base import StackSpec


@dataclass(frozen=True, slots=True)
class LogWindow:
    """Which part of a log is wanted.

    Attributes:
        since: What was logged from then on, to about a minute; ``None`` for all there is.
        lines: Only so many lines at the end; ``None`` for all.
        follow: Whether to go on with what is logged from now on, without an end.
    """

    since: datetime | None = None
    lines: int | None = None
    follow: bool = False


class Logs(ABC):
    """How a target shows what components have logged: its part ``logs``."""

    @abstractmethod
    def read(self, spec: StackSpec, flavor: str, window: LogWindow) -> Iterator[str]:
        """Yield what a component has logged, in pieces of whole lines, as it was written.

        While nothing comes it yields an empty text now and then, if it goes on without an end.

        Args:
            spec: What is deployed.
            flavor: Which component.
            window: Which part.

        Raises:
            MatchaError: If it has no log, or it cannot be read.
        """


class Control(ABC):
    """How a target stops its stacks for a while, and starts them again: its part ``control``.

    What is stopped keeps its data, and is neither repaired nor reported as failed until somebody
    starts it.

    Attributes:
        gives_back: What a stop gives back, as the end of a sentence: "memory and ports".
        ends_with_login: Whether it ends when its user logs out.
    """

    gives_back: ClassVar[str]
    ends_with_login: ClassVar[bool] = False

    @abstractmethod
    def stop(self, spec: StackSpec, flavors: Sequence[str], tell: Callable[[str], None]) -> None:
        """Stop components and wait until they are.

        Args:
            spec: What is deployed.
            flavors: Which; empty for all.
            tell: Called with what is done, a line at a time.

        Raises:
            MatchaError: If one cannot be stopped; the others are all the same.
        """

    @abstractmethod
    def start(
        self,
        spec: StackSpec,
        flavors: Sequence[str],
        tell: Callable[[str], None],
        *,
        unless_stopped: bool = False,
    ) -> None:
        """Start components, and wait until they are healthy; what runs is left alone.

        Args:
            spec: What is deployed.
            flavors: Which; empty for all.
            tell: Called with what is done, a line at a time.
            unless_stopped: Whether to leave alone what `stop` has stopped.
        """


class Backup(ABC):
    """How a target writes all that components hold to one file, and back: its part ``backup``."""

    @abstractmethod
    def save(
        self,
        spec: StackSpec,
        file: Path,
        facts: Mapping[str, Any],
        *,
        with_secrets: bool,
        tell: Callable[[str], None],
    ) -> None:
        """Write all that components hold to a file, which appears whole or not at all.

        Args:
            spec: What is deployed.
            file: Where to.
            facts: What is to be known of it, as JSON.
            with_secrets: Whether passwords and keys are among it.
            tell: Called with what is done, a line at a time.

        Raises:
            MatchaError: If it cannot be read or written.
        """

    @abstractmethod
    def check(self, file: Path) -> Mapping[str, Any]:
        """Check every byte of such a file, and return its facts.

        Raises:
            MatchaError: If it is none, of a newer version, damaged or cut off.
        """

    @abstractmethod
    def restore(
        self,
        spec: StackSpec,
        file: Path,
        facts: Mapping[str, Any],
        *,
        replace: bool,
        tell: Callable[[str], None],
    ) -> None:
        """Put back what a file holds, once all of it is unpacked.

        Args:
            spec: What is deployed, or will be.
            file: Was checked.
            facts: What `check` has returned of it.
            replace: Whether data that is there is replaced.
            tell: Called with what is done, a line at a time.

        Raises:
            MatchaError: If data is there that is not to be replaced, or there is no room.
        """


_URI = re.compile(r"(models|runs|mlflow-artifacts):/+(?P<path>\S+)")
_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?")
Given = Mapping[str, Mapping[str, str]]
"""What the deployed stack gives: resource to property to value, secrets included."""


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One input of a model, as the Open Inference Protocol describes it.

    Attributes:
        name: ``petal_length``.
        datatype: ``FP64``.
        shape: The size of each dimension; -1 where any will do.
    """

    name: str
    datatype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A model that was deployed.

    Attributes:
        name: What it is called in its address.
        source: Where it came from; empty where nobody knows.
        url: Where it answers: a POST of the Open Inference Protocol (version 2).
        state: In the server's words: ``READY``.
        reason: Why it is in no better state; may be empty.
        inputs: What it takes; empty where the model does not say.
        credentials: Whether a user and a password are asked for.
    """

    name: str
    source: str
    url: str
    state: str
    reason: str = ""
    inputs: tuple[ModelInput, ...] = ()
    credentials: bool = False


class Models(ABC):
    """How a target serves trained models by its stack's deployer: its part ``models``.

    A model comes from MLflow (``models:/iris/1``, ``runs:/RUN/model``) or from a folder; faces and
    programs deploy, list and remove it in the same words, wherever it is served.
    """

    @abstractmethod
    def deploy(self, spec: StackSpec, given: Given, source: str, name: str) -> ServedModel:
        """Serve a model, also in the place of one with the same name.

        Args:
            spec: What is deployed.
            given: What it gives.
            source: A URI of MLflow, or an absolute path.
            name: What it is to be called.

        Raises:
            MatchaError: If the server cannot load it, with the server's own reason; what was
                served under that name before is served again.
        """

    @abstractmethod
    def list(self, spec: StackSpec, given: Given) -> tuple[ServedModel, ...]:
        """Return every model that was deployed, by name."""

    @abstractmethod
    def remove(self, spec: StackSpec, given: Given, name: str) -> None:
        """Serve a model no longer."""


def is_uri(source: str) -> bool:
    """Return whether a model's source is a URI of MLflow, and no path."""
    return _URI.fullmatch(source) is not None


def resolve_source(source: str, folder: Path) -> str:
    """Return a URI as it is, and a path made absolute.

    Raises:
        MatchaError: If it is neither.
    """
    if is_uri(source):
        return source
    if re.match(r"\w+:/", source):
        raise MatchaError(
            f"{source!r} is no model's address that is known here",
            hint="Give models:/NAME/VERSION or runs:/RUN/PATH of MLflow, or a folder.",
            exit_code=ExitCode.USAGE,
        )
    path = folder / os.path.expanduser(source)  # noqa: PTH111 - Path's raises for ~nobody
    try:
        return str(path.resolve(strict=True))
    except (OSError, ValueError, RuntimeError) as error:  # too long, a null byte, a loop of links
        raise MatchaError(
            f"there is no file and no folder {path}",
            hint="Give a model's folder, or its address in MLflow: models:/NAME/VERSION.",
            exit_code=ExitCode.USAGE,
        ) from error


def choose_model_name(source: str, name: str | None) -> str:
    """Return what a model is called: as somebody says, or as its source does.

    Raises:
        MatchaError: If that can be no name of a model.
    """
    chosen = name if name is not None else _name_of(source)
    if not _NAME.fullmatch(chosen):
        raise MatchaError(
            f"{chosen!r} cannot be the name of a model",
            hint="Choose one of small letters, digits and -: --name NAME.",
            exit_code=ExitCode.USAGE,
        )
    return chosen


def _name_of(source: str) -> str:
    found = _URI.fullmatch(source)
    own = found["path"].split("/")[0].split("@")[0] if found else Path(source).stem
    if found and found[1] != "models":
        own = "model"  # a run has no name, but for a long number
    return re.sub(r"[^a-z0-9]+", "-", own.lower()).strip("-")
