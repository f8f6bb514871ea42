"""One provider's answers to Terraform."""

import os
import threading
from pathlib import Path
from typing import Any

from tf.gen import tfplugin_pb2 as messages
from tf.gen import tfplugin_pb2_grpc as services

from tests.simulator import cloud, helm
from tests.simulator.answers import answering, refusals
from tests.simulator.checks import check
from tests.simulator.data_sources import read_data_source
from tests.simulator.faults import meet_faults, minutes
from tests.simulator.filling import fill
from tests.simulator.objects import changing, read
from tests.simulator.planning import plan
from tests.simulator.refusal import RefusedError
from tests.simulator.schema import Block, ProviderSchema
from tests.simulator.templates import Surroundings
from tests.simulator.values import Body, conform, pack, unpack

_NOBODY = "00000000-0000-0000-0000-000000000000"


class SimulatedProvider(services.ProviderServicer):  # type: ignore[misc]
    """Stands in for one of the real providers, by its schema and the tables."""

    def __init__(self, name: str, certificate: str) -> None:
        self._name = name
        self._schema = ProviderSchema(name)
        self._objects = Path(os.environ["SIMULATOR_OBJECTS"])
        self._faults = Path(os.environ.get("SIMULATOR_FAULTS") or os.devnull + ".none")
        self._seconds_a_minute = float(os.environ.get("SIMULATOR_SPEED") or 0)
        self._stopped = threading.Event()
        self._around = Surroundings(_NOBODY, _NOBODY, certificate)
        self._features: Body = {}

    def GetProviderSchema(self, request: Any, context: Any) -> Any:  # noqa: N802
        return self._schema.message()

    def ValidateProviderConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return messages.ValidateProviderConfig.Response()

    @answering(messages.ValidateResourceConfig.Response)
    def ValidateResourceConfig(self, request: Any, answer: Any) -> None:  # noqa: N802
        block = self._schema.resource(request.type_name)
        config = unpack(request.config, block)
        assert config is not None
        answer.diagnostics.extend(refusals(*check(request.type_name, config)))

    def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return messages.ValidateDataResourceConfig.Response()

    @answering(messages.UpgradeResourceState.Response)
    def UpgradeResourceState(self, request: Any, answer: Any) -> None:  # noqa: N802
        block = self._schema.resource(request.type_name)
        answer.upgraded_state.CopyFrom(pack(unpack(request.raw_state, block), block))

    @answering(messages.ConfigureProvider.Response)
    def ConfigureProvider(self, request: Any, answer: Any) -> None:  # noqa: N802
        config = unpack(request.config, self._schema.provider) or {}
        if self._name == "azurerm":
            self._configure_azure(config)
        elif self._name == "helm":
            self._configure_cluster(config.get("kubernetes") or {})
        elif self._name == "kubernetes":
            self._configure_cluster(config)
        self._meet("configure", self._name, {})

    def _configure_azure(self, config: Body) -> None:
        if not config.get("features"):
            raise RefusedError(
                "Insufficient features blocks", 'At least 1 "features" blocks are required.'
            )
        self._features = config["features"][0]
        subscription = config.get("subscription_id") or os.environ.get("ARM_SUBSCRIPTION_ID")
        if not subscription:
            raise RefusedError(
                "`subscription_id` is a required provider property when performing a plan/apply "
                "operation"
            )
        tenant = config.get("tenant_id") or os.environ.get("ARM_TENANT_ID") or _NOBODY
        self._around = Surroundings(str(subscription), str(tenant), self._around.certificate)

    def _configure_cluster(self, config: Any) -> None:
        host = config.get("host") if isinstance(config, dict) else None  # or all is unknown
        self._around = Surroundings(
            _NOBODY, _NOBODY, self._around.certificate, host if isinstance(host, str) else None
        )

    @answering(messages.ReadResource.Response)
    def ReadResource(self, request: Any, answer: Any) -> None:  # noqa: N802
        block = self._schema.resource(request.type_name)
        current = unpack(request.current_state, block)
        assert current is not None
        answer.new_state.CopyFrom(pack(self._read(request.type_name, block, current), block))
        answer.private = request.private

    def _read(self, type_name: str, block: Block, current: Body) -> Body | None:
        if not cloud.is_kept(type_name):
            return current
        self._meet("read", type_name, current)
        objects = read(self._objects)
        self._reach(objects)
        key = cloud.find_key(objects, type_name, cloud.key_of(type_name, current))
        return None if key is None else conform(objects[key]["values"], block)

    @answering(messages.PlanResourceChange.Response)
    def PlanResourceChange(self, request: Any, answer: Any) -> None:  # noqa: N802
        block = self._schema.resource(request.type_name)
        proposed = unpack(request.proposed_new_state, block)
        answer.legacy_type_system = True
        answer.planned_private = request.prior_private
        if proposed is None:
            answer.planned_state.CopyFrom(request.proposed_new_state)
            return
        self._meet("plan", request.type_name, proposed)
        planned = plan(request.type_name, block, unpack(request.prior_state, block), proposed)
        answer.planned_state.CopyFrom(pack(planned.state, block))
        for path in planned.replaced:
            step = answer.requires_replace.add().steps.add
            for part in path:
                if isinstance(part, int):
                    step(element_key_int=part)
                else:
                    step(attribute_name=part)

    def ApplyResourceChange(self, request: Any, context: Any) -> Any:  # noqa: N802
        block = self._schema.resource(request.type_name)
        answer = messages.ApplyResourceChange.Response(
            new_state=request.prior_state, legacy_type_system=True, private=request.planned_private
        )
        prior, planned = unpack(request.prior_state, block), unpack(request.planned_state, block)
        try:
            if planned is None:
                assert prior is not None
                self._delete(request.type_name, prior)
                state = None
            elif prior is None:
                state = fill(request.type_name, block, planned, self._around)
                self._create(request.type_name, state)
            else:
                state = fill(request.type_name, block, planned, self._around)
                self._update(request.type_name, prior, state)
        except RefusedError as refused:
            answer.diagnostics.extend(refusals(refused))
            if refused.left != "state" or prior is not None or planned is None:
                return answer
        answer.new_state.CopyFrom(pack(state, block))
        return answer

    def _create(self, type_name: str, state: Body) -> None:
        if not cloud.is_kept(type_name):
            return
        entry: dict[str, Any] = {"type": type_name, "values": state}
        if not type_name.startswith("azurerm_"):
            entry["host"] = self._around.host
        try:
            self._meet("create", type_name, state)
            objects = read(self._objects)
            self._reach(objects)
            cloud.refuse_creation(objects, type_name, state)
            self._take_time(type_name, "create", entry)
        except RefusedError as refused:
            if refused.left != "nothing":
                if type_name == "helm_release":
                    state["status"] = "failed"
                self._keep(type_name, entry)
            raise
        self._keep(type_name, entry)

    def _keep(self, type_name: str, entry: dict[str, Any]) -> None:
        with changing(self._objects) as objects:
            objects[cloud.key_of(type_name, entry["values"])] = entry

    def _update(self, type_name: str, prior: Body, state: Body) -> None:
        if not cloud.is_kept(type_name):
            return
        self._meet("update", type_name, state)
        objects = read(self._objects)
        self._reach(objects)
        found = objects.get(cloud.key_of(type_name, prior))
        if type_name == "helm_release" and found:
            helm.refuse_upgrade(found["values"])
        self._take_time(type_name, "update", found)
        with changing(self._objects) as objects:
            key = cloud.find_key(objects, type_name, cloud.key_of(type_name, prior))
            if key is None:
                raise RefusedError(f"updating {prior.get('id')}: it was not found")
            objects[key]["values"] = state

    def _delete(self, type_name: str, prior: Body) -> None:
        if not cloud.is_kept(type_name):
            return
        self._meet("delete", type_name, prior)
        objects = read(self._objects)
        self._reach(objects)
        key = cloud.find_key(objects, type_name, cloud.key_of(type_name, prior))
        if key is None:
            return
        cloud.refuse_deletion(objects, key, self._features)
        self._take_time(type_name, "delete")
        with changing(self._objects) as objects:
            if key in objects:
                cloud.remove(objects, key)

    @answering(messages.ImportResourceState.Response)
    def ImportResourceState(self, request: Any, answer: Any) -> None:  # noqa: N802
        block = self._schema.resource(request.type_name)
        state = conform(cloud.imported(request.type_name, request.id), block)
        answer.imported_resources.add(type_name=request.type_name, state=pack(state, block))

    @answering(messages.ReadDataSource.Response)
    def ReadDataSource(self, request: Any, answer: Any) -> None:  # noqa: N802
        block = self._schema.data_source(request.type_name)
        config = unpack(request.config, block)
        assert config is not None
        self._meet("read", f"data.{request.type_name}", config)
        objects = read(self._objects)
        self._reach(objects)
        state = read_data_source(request.type_name, block, config, objects, self._around)
        answer.state.CopyFrom(pack(state, block))

    def StopProvider(self, request: Any, context: Any) -> Any:  # noqa: N802
        self.stop()
        return messages.StopProvider.Response()

    def stop(self) -> None:
        """End all waits."""
        self._stopped.set()

    def _reach(self, objects: dict[str, Any]) -> None:
        if self._name in ("kubernetes", "helm"):
            cloud.refuse_unreachable(objects, self._around.host)

    def _meet(self, operation: str, type_name: str, values: Body) -> None:
        words = cloud.words(values) | {
            "subscription": self._around.subscription,
            "tenant": self._around.tenant,
            "host": (self._around.host or "").removeprefix("https://").split(":")[0],
        }
        meet_faults(
            self._faults,
            type_name,
            operation,
            words,
            lambda delay: self._wait(delay, type_name, operation),
        )

    def _take_time(
        self, type_name: str, operation: str, entry: dict[str, Any] | None = None
    ) -> None:
        seconds = minutes(type_name, operation) * self._seconds_a_minute
        if type_name == "helm_release" and entry and seconds > 0:
            status = "pending-install" if operation == "create" else "pending-upgrade"
            key = cloud.key_of(type_name, entry["values"])
            with helm.working(self._objects, key, entry, status):
                self._wait(seconds, type_name, operation)
        else:
            self._wait(seconds, type_name, operation)

    def _wait(self, seconds: float, type_name: str, operation: str) -> None:
        """Wait, unless Terraform was interrupted: what Azure has begun, it then goes on with."""
        if seconds <= 0 or not self._stopped.wait(seconds):
            return
        begun = operation == "create" and type_name in cloud.SURVIVES_CANCEL
        call = {"create": "CreateOrUpdate", "update": "CreateOrUpdate"}.get(operation, "Delete")
        words = "context canceled"
        if type_name.startswith("azurerm_"):
            words = f"polling after {call}: context canceled"
        raise RefusedError(words, left="object" if begun else "nothing")
