"""What becomes of the data when a stack is destroyed."""

from enum import StrEnum


class DataChoice(StrEnum):
    """Each deletes more than the one before it."""

    KEEP = "keep"
    """All stays for a later provision."""
    KEEP_LASTING = "keep-lasting"
    """What the services hold goes; what is kept outside of the project stays."""
    DELETE = "delete"
    """All goes."""
