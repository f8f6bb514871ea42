"""What a target is: the place where a stack is built, and what it must be able to say."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

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
class Remedy:
    """What can be done at once about a check that failed.

    Attributes:
        label: What it does, as an offer: ``Register Microsoft.Storage``.
        act: Does it, which may take minutes; returns one sentence that says what was
            done, or raises `MatchaError`.
    """

    label: str
    act: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check before a provision found.

    Attributes:
        name: What was checked.
        verdict: What it came to.
        text: What was found, without a full stop.
        hint: What to do about it; one that passed may have some advice, too.
        remedy: What can be done about it here and now, if anything.
    """

    name: str
    verdict: Verdict
    text: str
    hint: str = ""
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that has to be true before a provision.

    Attributes:
        name: What is checked, in a word or two; no other check of the target has it.
        find: Looks, and says what it found whatever happens; may take a while, and may
            be called on any thread, and again.
        is_quick: Whether it takes no time and no network.
        is_required: Whether every provision asks it, too, and not only ``doctor``.
    """

    name: str
    find: Callable[[], Finding]
    is_quick: bool = False
    is_required: bool = True


@dataclass(frozen=True, slots=True)
class Root:
    """What a target puts into one layer's Terraform root beside the chosen flavors.

    Expressions are written as in Terraform's JSON syntax: ``${...}``.

    Attributes:
        context: The value of the variable ``context``.
        modules: Modules that every stack has, by name: their arguments, with ``source``.
        providers: How each provider is set up.
        backend: Where the state is kept; empty for a file in the layer's folder.
        variables: More variables.
        local_values: Names for expressions.
        outputs: What the next layer is given: each becomes a variable of it.
        flavor_context: The one object that every flavor is given.
        resources: What `matcha get` shows besides what flavors give; ``None`` for a
            layer that gives nothing.
    """

    context: Mapping[str, Any]
    modules: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    providers: Mapping[str, Any] = field(default_factory=dict)
    backend: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    local_values: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    flavor_context: str = "${var.context}"
    resources: Mapping[str, Any] | None = None


class StateLock(Protocol):
    """A lock on a shared state."""

    @property
    def lock_id(self) -> str:
        """What its owner knows it by."""

    @property
    def sentence(self) -> str:
        """Who holds it, for what and since when."""


@dataclass(frozen=True, slots=True)
class SharedState:
    """How a target keeps Terraform's state where colleagues find it.

    Attributes:
        place: Where it is or will be, as ``matcha.toml`` says it; empty for a state
            that is kept in the project's folder.
        keys: What it says of that place.
        prepare: The command that makes that place, and may be repeated.
        fetch: Brings what the project's folder knows of the deployment up to date.
        find_lock: Says who holds the lock of a layer's state, if anybody does.
        free_lock: Takes that lock away, given its ID.
    """

    place: Callable[[Intent], Mapping[str, str]]
    keys: tuple[str, ...]
    prepare: tuple[str, ...]
    fetch: Callable[[Intent], None]
    find_lock: Callable[[Intent, str], StateLock | None]
    free_lock: Callable[[Intent, str, str], None]


@dataclass(frozen=True, slots=True)
class Target:
    """A place where a stack can be built.

    Attributes:
        name: As in ``matcha.toml``: ``local``.
        title: Its name on screen.
        description: One sentence.
        settings: What can be set for the target itself.
        fixed_settings: Those of them that cannot change while anything is deployed.
        layers: Its Terraform roots, in the order in which they are applied.
        seconds: About how long what every stack has takes the first time.
        keeps_data: Whether a destroy can keep what the services hold.
        resolve: Decides what the user left open: free ports, generated secrets; refuses
            what cannot be built with these settings.
        keep_password: Takes a password of the user's instead of generating one.
        root: Gives what one layer's root has beside the flavors.
        environment: What its runs need to find in the environment, given whether data
            is to be kept.
        state: How it shares Terraform's state; ``None`` when it never does.
        checks: Lists what has to be true before a provision; this takes no time and
            no network. What several checks need is asked once for all of a list.
        health: Asks every deployed component how it is.
        repairs: The addresses of Terraform resources that are to be made again
            because what they stand for is down.
        clearing: By layer, what removes, before it is planned, what a killed run left
            half done and would be refused: a command that is followed by the engine's.
        remedies: By layer, what to do when it cannot be destroyed in order: a command
            that is followed by the engine's.
        sweep: A command that, after a destroy, ends what an interrupted run left
            and Terraform does not know of; empty when there is none.
        check: Raises for what only this target reads of a flavor's module.toml.
        parts: The modules that a flavor must be made of, for the target to look after
            it: name to folder within the target's modules.
        kubeconfig: How to reach the cluster of what is deployed, as kubectl reads it;
            ``None`` where there is none.
        leftovers: What a destroy deletes or keeps besides Terraform's resources,
            one line each.
        component_log: The file that a flavor's server writes its log to, which need not
            exist; ``None`` where logs are no files of this machine.
        advise: Says what would make a sound flavor better.
    """

    name: str
    title: str
    description: str
    settings: tuple[Setting, ...]
    fixed_settings: tuple[str, ...]
    layers: tuple[str, ...]
    seconds: int
    keeps_data: bool
    resolve: Callable[[Intent], ModuleValues]
    keep_password: Callable[[Workspace, Sequence[Flavor], str], None]
    root: Callable[[Intent, str], Root]
    environment: Callable[[Intent, bool], Mapping[str, str]]
    state: SharedState | None
    checks: Callable[[Intent], tuple[Check, ...]]
    health: Callable[[Intent], tuple[ComponentHealth, ...]]
    repairs: Callable[[Workspace, Mapping[str, str]], tuple[str, ...]]
    clearing: Mapping[str, tuple[str, ...]]
    remedies: Mapping[str, tuple[str, ...]]
    sweep: tuple[str, ...]
    check: CheckFlavor
    parts: Callable[[Flavor], Mapping[str, str]]
    kubeconfig: Callable[[Workspace], str | None]
    leftovers: Callable[[Intent], tuple[str, ...]]
    component_log: Callable[[Workspace, str], Path | None] = lambda _workspace, _flavor: None
    advise: Callable[[Flavor], tuple[str, ...]] = lambda _flavor: ()
