"""Runs a command of the service's environment with the guard: ``-m matcha_guard COMMAND ...``.

For each server that uvicorn serves, in this process or in one that it starts:

* MLServer 1.7 makes its ``uvicorn.Config`` itself and leaves ``http`` at its default, which
  uvicorn looks up in ``HTTP_PROTOCOLS``;
* MLflow 3.17 starts ``python -m uvicorn``, and ZenML is started so; that command takes what
  its arguments do not say from ``UVICORN_...`` variables.
"""

import os
import sys
from importlib.metadata import entry_points

from uvicorn.config import HTTP_PROTOCOLS

from .asgi import PROTOCOL
from .rule import read_rule


def main() -> None:
    """Become the command."""
    read_rule(os.environ)  # a faulty one ends it here, not at the first request
    HTTP_PROTOCOLS["auto"] = PROTOCOL
    os.environ["UVICORN_HTTP"] = PROTOCOL
    del sys.argv[0]
    found = entry_points(group="console_scripts", name=sys.argv[0])
    if not found:
        sys.exit(f"matcha_guard: this environment has no command {sys.argv[0]}")
    sys.exit(next(iter(found)).load()())


if __name__ == "__main__":
    main()
