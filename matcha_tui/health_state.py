"""How what runs is doing, in the four words of services, targets and screens."""

from enum import StrEnum


class HealthState(StrEnum):
    """How a service or a component of a stack is doing."""

    HEALTHY = "healthy"
    STARTING = "starting"
    UNHEALTHY = "unhealthy"
    DOWN = "down"
