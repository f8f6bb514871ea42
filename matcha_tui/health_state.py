"""How what runs is doing, in the five words of services, targets and screens."""

from enum import StrEnum


class HealthState(StrEnum):
    """How a service or a component of a stack is doing."""

    HEALTHY = "healthy"
    STARTING = "starting"
    UNHEALTHY = "unhealthy"
    DOWN = "down"
    STOPPED = "stopped"  # by whoever uses it

    @property
    def is_well(self) -> bool:
        """Whether it is as its users want it."""
        return self in (HealthState.HEALTHY, HealthState.STOPPED)
