"""What a target is: the place where a stack is built, and what it must be able to say."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from matcha_tui.data_choice import DataChoice
from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.health_state import HealthState
from matcha_tui.project.config import Config
from matcha_tui.project.workspace import Workspace
from matcha_tui.stack.flavor import Flavor, check_keys
from matcha_tui.stack.setting import Setting, SettingValue

if TYPE_CHECKING:  # what says what to choose needs no more of them than their names
    from matcha_tui.targets.drift import Deviation
    from matcha_tui.targets.findings import Check
    from matcha_tui.targets.identity_part import Identity
    from matcha_tui.targets.parts import Backup, Control, Logs, Models
    from matcha_tui.targets.pricing_part import Pricing
    from matcha_tui.terraform.explain import Explanations

ModuleValues = Mapping[str, Mapping[str, SettingValue]]
"""The final value of every setting: module type to setting's name to value."""


@dataclass(frozen=True, slots=True)
class ComponentHealth:
    """What a real request to one component found.

    Attributes:
        flavor: ``mlflow``.
        state: How it is doing.
        detail: One sentence, empty when there is nothing to add.
        url: Where it answers, empty for what is no server.
        up_seconds: How long its process has lived; ``None`` where that is not known.
        memory_bytes: What its processes hold of the machine's memory; likewise.
        cpu_seconds: What they have had of its processors since they began; likewise.
    """

    flavor: str
    state: HealthState
    detail: str
    url: str
    up_seconds: float | None = None
    memory_bytes: int | None = None
    cpu_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class StackSpec:
    """What is to be built, and with what.

    Attributes:
        workspace: The project's paths.
        flavors: What the stack is made of.
        config: What the user set.
        engine: The engine that was asked for; ``None`` for the first there is.
        is_deployed: Whether the record says that anything of the project is there.
    """

    workspace: Workspace
    flavors: Sequence[Flavor]
    config: Config
    engine: str | None = None
    is_deployed: bool = False


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
        outputs: What the next layer is given: each is an object with ``value`` there, for
            a variable of the same name; one with ``null`` for its default lets that layer
            be planned before there is any.
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


@dataclass(frozen=True, slots=True)
class StateLock:
    """A lock on a shared state, as Terraform describes it.

    Attributes:
        lock_id: What its owner knows it by, and `SharedState.free_lock` must be given;
            empty where somebody was stopped before they could write who they are.
        who: ``ada@laptop``; may be empty.
        operation: ``OperationTypeApply``; may be empty.
        created: Since when; ``None`` where it isn't known.
        version: Of their Terraform.
    """

    lock_id: str
    who: str
    operation: str
    created: datetime | None
    version: str

    @property
    def sentence(self) -> str:
        """Who, what and since when: ``ada@laptop has it for an apply since 2026-11-24 …``."""
        who = self.who or "somebody who did not leave a name"
        what = self.operation.removeprefix("OperationType").lower()
        since = f" since {self.created:%Y-%m-%d %H:%M} UTC" if self.created else ""
        return f"{who} has it" + (f" for {what}" if what else "") + since


class SharedState(ABC):
    """How a target keeps Terraform's state where colleagues find it.

    Attributes:
        keys: What ``matcha.toml`` says of its address.
        prepare: The command that makes it, and may be repeated.
        share: The command that puts the deployment record beside it; it is followed by
            the record's file and the layer that it was written for.
    """

    keys: ClassVar[tuple[str, ...]]
    prepare: ClassVar[tuple[str, ...]]
    share: ClassVar[tuple[str, ...]]

    @abstractmethod
    def location(self, spec: StackSpec) -> Mapping[str, str]:
        """Return where it is or will be, as ``matcha.toml`` says it; empty for the folder."""

    @abstractmethod
    def fetch(self, spec: StackSpec) -> None:
        """Bring what the project's folder knows of the deployment up to date.

        That is the copies of the states, what the stack gives, and the record.
        """

    @abstractmethod
    def find_lock(self, spec: StackSpec, layer: str) -> StateLock | None:
        """Return who holds the lock of a layer's state, if anybody does."""

    @abstractmethod
    def free_lock(self, spec: StackSpec, layer: str, lock_id: str) -> None:
        """Take that lock away, given its ID."""


class Target(ABC):
    """A place where a stack can be built.

    A target has no state: one object of it serves every project. What is abstract has to
    be there; all else is a part that a target may have. A face asks whether a part is
    there, and never which target it is. Heavy libraries are imported in the methods that
    need them: a target is loaded by commands that only choose a stack.

        >>> class ShedTarget(Target):
        ...     name, title, layers = "shed", "The shed", ("shelf",)
        ...     description = "A file for each component."
        ...
        ...     def resolve(self, intent):
        ...         return {flavor.module_type: {} for flavor in intent.flavors}
        ...
        ...     def root(self, intent, layer):
        ...         return Root(context={"place": "/tmp/shed"})
        ...
        ...     def checks(self, intent):
        ...         return ()
        ...
        ...     def health(self, intent):
        ...         return ()
        ...
        ...     def leftovers(self, intent):
        ...         return ()
        >>> ShedTarget().fixed_values({})
        {}

    Attributes:
        name: As in ``matcha.toml``: ``local``; in small letters, with ``_`` for ``-``.
        title: Its name on screen.
        description: One sentence.
        layers: Its Terraform roots, in the order in which they are applied.
        modules: The folder of its flavors, ``<layer>/<module_type>/<flavor>``, and of
            what they share; ``None`` for that of its name among matcha's own.
        settings: What can be set for the target itself.
        definition_keys: The keys that it alone reads of a flavor's module.toml.
        fixed_settings: Those of them that cannot change while anything is deployed.
        seconds: About how long what every stack has takes the first time.
        keeps_data: Whether a destroy can keep what the services hold.
        refreshes: Whether Terraform sees what was changed behind its back.
        replaces_freely: Whether replacing a resource loses nothing, so that nobody is asked.
        clearing: By layer, what removes, before it is planned, what a killed run left
            half done and would be refused: a command that is followed by the engine's.
        destroy_fallbacks: By layer, what to do when its destroy fails: a command
            that is followed by the engine's.
        discard: A command that deletes what flavors hold that were removed and kept their
            data; it is followed by their names. Empty where nothing is kept.
        clean_up: A command that, after a destroy, ends what an interrupted run left
            and Terraform does not know of; empty when there is none.
        state: How it shares Terraform's state; ``None`` when it never does.
        identity: Who builds on it; ``None`` where nobody has to sign in.
        extra_steps: The wizard's steps between the modules and the settings, in order:
            ``account``, ``region``, or a group of its settings.
        pricing: What its stacks cost; ``None`` where there is nothing to pay.
        models: How it serves trained models; ``None`` where matcha does not.
        backup: How what components hold is written to one file; ``None`` where it is not.
        control: How it is stopped and started; ``None`` where it always runs.
        explanations: What the errors mean that only it has; ``None`` for no table.
        logs: How it shows what components have logged; ``None`` where it cannot.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    description: ClassVar[str]
    layers: ClassVar[tuple[str, ...]]
    modules: ClassVar[Path | None] = None
    settings: ClassVar[tuple[Setting, ...]] = ()
    definition_keys: ClassVar[tuple[str, ...]] = ()
    fixed_settings: ClassVar[tuple[str, ...]] = ()
    seconds: ClassVar[int] = 0
    keeps_data: ClassVar[bool] = False
    refreshes: ClassVar[bool] = True
    replaces_freely: ClassVar[bool] = False
    clearing: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    destroy_fallbacks: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    discard: ClassVar[tuple[str, ...]] = ()
    clean_up: ClassVar[tuple[str, ...]] = ()
    state: ClassVar[SharedState | None] = None
    identity: ClassVar["Identity | None"] = None
    extra_steps: ClassVar[tuple[str, ...]] = ()
    pricing: ClassVar["Pricing | None"] = None
    models: ClassVar["Models | None"] = None
    control: ClassVar["Control | None"] = None
    backup: ClassVar["Backup | None"] = None
    explanations: ClassVar["Explanations | None"] = None
    logs: ClassVar["Logs | None"] = None

    @abstractmethod
    def resolve(self, spec: StackSpec) -> ModuleValues:
        """Decide what the user left open: free ports, secrets; write nothing into the project.

        Raises:
            MatchaError: If it cannot be built with these settings.
        """

    def decisions(
        self, spec: StackSpec, values: ModuleValues
    ) -> Mapping[Path, Mapping[str, SettingValue]]:
        """Return what is to be kept of `resolve` once it is applied: file to its content."""
        return {}

    @abstractmethod
    def root(self, spec: StackSpec, layer: str) -> Root:
        """Return what one layer's root has beside the flavors."""

    @abstractmethod
    def checks(self, spec: StackSpec) -> "tuple[Check, ...]":
        """List what has to be true before a provision.

        This takes no time and no network. What several checks need is asked once for
        all of a list.
        """

    @abstractmethod
    def health(self, spec: StackSpec) -> tuple[ComponentHealth, ...]:
        """Ask every deployed component how it is."""

    @abstractmethod
    def leftovers(self, spec: StackSpec) -> tuple[str, ...]:
        """Return what a destroy deletes or says besides Terraform's resources, a line each."""

    def fixed_values(self, settings: Mapping[str, SettingValue]) -> dict[str, SettingValue]:
        """Return the value of each setting that cannot change while anything is deployed.

        Args:
            settings: What is set, by dotted name.
        """
        return {
            setting.name: settings.get(setting.name, setting.default)
            for setting in self.settings
            if setting.name in self.fixed_settings
        }

    def derived_values(self, spec: StackSpec) -> Mapping[str, str]:
        """Return what the target makes of the settings, as names and addresses.

        Returns:
            What each is, in the user's words, to its value.
        """
        return {}

    def environment(self, spec: StackSpec, data: DataChoice) -> Mapping[str, str]:
        """Return what its runs need to find in the environment.

        Args:
            spec: What the run is for.
            data: What a destroy does with the data; `DataChoice.KEEP` for any other run.
        """
        return {}

    def initial_settings(self, spec: StackSpec) -> Mapping[str, SettingValue]:
        """Return what a first provision settles for good, to be written to ``matcha.toml``.

        Returns:
            What nobody has set, by dotted name.
        """
        return {}

    def lasting_data(self, spec: StackSpec) -> tuple[str, ...]:
        """Return what stays after a destroy unless `DataChoice.DELETE` is chosen, a line each."""
        return ()

    def lasting_resources(self, spec: StackSpec) -> Mapping[str, Mapping[str, str]]:
        """Return what clients can use though nothing is deployed: resource to property to value.

        A second clone of a project finds its data by it.
        """
        return {}

    def set_password(self, spec: StackSpec, password: str) -> None:
        """Take a password of the user's instead of generating one.

        Raises:
            MatchaError: If nothing in the stack takes one, or it cannot be changed.
        """
        raise MatchaError(
            f"on {self.title} no module takes a password",
            hint="Leave out --password-stdin.",
            exit_code=ExitCode.USAGE,
        )

    def repairs(self, workspace: Workspace, modules: Mapping[str, str]) -> tuple[str, ...]:
        """Return the addresses of resources to be made again: what they stand for is down."""
        return ()

    def check(self, flavor: Flavor) -> None:
        """Raise `MatchaError` for what nobody reads of a flavor's module.toml.

        A target that reads keys of its own checks their values, too.
        """
        check_keys(flavor, self.definition_keys)

    def version(self, flavor: Flavor) -> str:
        """Return which version of its server a flavor brings; empty where that is not said."""
        return ""

    def deployed_version(self, workspace: Workspace, flavor: Flavor) -> str:
        """Return which version of its server is there, as after an upgrade that has failed."""
        return self.version(flavor)

    def deviations(self, spec: StackSpec) -> "tuple[Deviation, ...]":
        """Return what is not as it was deployed, as far as that is seen without Terraform."""
        return ()

    def find_changers(self, spec: StackSpec, resource_ids: Sequence[str]) -> Mapping[str, str]:
        """Return who has changed resources, as ``by WHO, WHEN``, as far as the target knows."""
        return {}

    def find_lost(self, workspace: Workspace) -> tuple[str, ...]:
        """Return the flavors that run here though the folder knows nothing of them any more."""
        return ()

    def end_lost(self, workspace: Workspace) -> tuple[str, ...]:
        """End what `find_lost` has found, and return it."""
        return ()

    def parts(self, flavor: Flavor) -> Mapping[str, str]:
        """Return the modules that a flavor must be made of, for the target to look after it.

        Returns:
            Name to folder within the target's modules.
        """
        return {}

    def advise(self, flavor: Flavor) -> tuple[str, ...]:
        """Return what would make a sound flavor better."""
        return ()

    def kubeconfig(self, workspace: Workspace) -> str | None:
        """Return how to reach the deployed cluster, as kubectl reads it, if there is one."""
        return None
