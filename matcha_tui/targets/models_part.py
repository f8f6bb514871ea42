"""What a target says when trained models can be served by its stack's deployer.

Give it to the target as its part ``models``. A model comes from MLflow (``models:/iris/1``,
``runs:/RUN/model``) or from a folder; faces and programs deploy, list and remove it in the same
words, wherever it is served.
"""

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.targets.base import StackSpec

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
    """How a target serves models."""

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
