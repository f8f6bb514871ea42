"""What a target is: the place where a stack is built, and what it must be able to say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.additions import CheckFlavor
from matcha_tui.stack.catalog import Flavor
from matcha_tui.stack.setting import Setting, SettingValue

ModuleValues = Mapping[str, Mapping[str, SettingValue]]
"""The final value of every setting: module type to setting's name to value."""


class ComponentState(StrEnum):
    """How one component of a deployed stack is doing."""

    HEALTHY = "healthy"
    STARTING = "starting"
    UNHEALTHY = "unhealthy"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class ComponentHealth:
    """What a real request to one component found.

    Attributes:
        flavor: ``mlflow``.
        state: How it is doing.
        detail: One sentence, empty when there is nothing to add.
        url: Where it answers, empty for what is no server.
    """

    flavor: str
    state: ComponentState
    detail: str
    url: str


@dataclass(frozen=True, slots=True)
class Intent:
    """What is to be built, and with what.

    Attributes:
        workspace: The project's paths.
        flavors: What the stack is made of.
        config: What the user set.
        engine: The engine that was asked for; ``None`` for the first there is.
    """

    workspace: Workspace
    flavors: Sequence[Flavor]
    config: Config
    engine: str | None = None


class Verdict(StrEnum):
    """What a check before a provision came to."""

    PASSED = "passed"
    FAILED = "failed"
    UNVERIFIED = "could not verify"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check before a provision found.

    Attributes:
        name: What was checked.
        verdict: What it came to.
        text: What was found, without a full stop.
        hint: What to do about it, empty unless it failed.
    """

    name: str
    verdict: Verdict
    text: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A place where a stack can be built.

    Attributes:
        name: As in ``matcha.toml``: ``local``.
        title: Its name on screen.
        description: One sentence.
        settings: What can be set for the target itself.
        layers: Its Terraform roots, in the order in which they are applied.
        base_modules: Modules that every stack on it has, by layer: the name of
            a Terraform module to its folder within the target's modules.
        resolve: Decides what the user left open: free ports, generated secrets.
        keep_password: Takes a password of the user's instead of generating one.
        context: The one object that every flavor is given.
        environment: What its provisioners need to find in the environment,
            given whether data is to be kept.
        cloud: The properties of the ``cloud`` resource.
        preflight: Checks what a provision needs; only what takes no time and no
            network, if it is told to be quick.
        health: Asks every deployed component how it is.
        repairs: The addresses of Terraform resources that are to be made again
            because what they stand for is down.
        sweep: A command that, after a destroy, ends what an interrupted run left
            and Terraform does not know of.
        check: Raises for what only this target reads of a flavor's module.toml.
        parts: The modules that a flavor must be made of, for the target to look after
            it: name to folder within the target's modules.
        leftovers: What a destroy deletes or keeps besides Terraform's resources,
            one line each.
    """

    name: str
    title: str
    description: str
    settings: tuple[Setting, ...]
    layers: tuple[str, ...]
    base_modules: Mapping[str, Mapping[str, str]]
    resolve: Callable[[Workspace, Sequence[Flavor], Config], ModuleValues]
    keep_password: Callable[[Workspace, Sequence[Flavor], str], None]
    context: Callable[[Workspace], Mapping[str, Any]]
    environment: Callable[[Workspace, bool], Mapping[str, str]]
    cloud: Callable[[Workspace], Mapping[str, str]]
    preflight: Callable[[Intent, bool], tuple[Finding, ...]]
    health: Callable[[Workspace], tuple[ComponentHealth, ...]]
    repairs: Callable[[Workspace, Mapping[str, str]], tuple[str, ...]]
    sweep: tuple[str, ...]
    check: CheckFlavor
    parts: Callable[[Flavor], Mapping[str, str]]
    leftovers: Callable[[Workspace], tuple[str, ...]]
