import pytest

from matcha_tui.services.explain_uv import explain_failure

_UNREACHABLE = """\
error: Request failed after 3 retries
  Caused by: Failed to fetch: `https://index.example/simple/mlflow-skinny/`
  Caused by: error sending request for url (https://index.example/simple/mlflow-skinny/)
  Caused by: client error (Connect)
  Caused by: dns error: failed to lookup address information
"""
_DOWNLOAD = """\
  x Failed to download `pyarrow==22.0.0`
  |-> Failed to extract archive: pyarrow-22.0.0.whl
  |-> I/O operation failed during extraction
  `-> No space left on device (os error 28)
"""
_UNSOLVABLE = """\
  x No solution found when resolving dependencies:
  `-> Because there is no version of mlflow==3.17.2 and you require mlflow==3.17.2,
      we can conclude that your requirements are unsatisfiable.
"""

_OTHER_SYSTEM = """\
error: No solution found when resolving dependencies
  cause: Because plat==1.0 has no wheels with a matching platform tag (e.g., \
`manylinux_2_36_x86_64`) and you require plat==1.0, we can conclude that your requirements are \
unsatisfiable.

hint: Wheels are available for `plat` (v1.0) on the following platform: `macosx_11_0_arm64`
"""
_OTHER_PYTHON = """\
error: No solution found when resolving dependencies
  cause: Because pyv==1.0 has no wheels with a matching Python ABI tag (e.g., `cp311`) and you \
require pyv==1.0, we can conclude that your requirements are unsatisfiable.

hint: You require CPython 3.11 (`cp311`), but we only found wheels for `pyv` (v1.0) with the \
following Python ABI tag: `cp39`
"""
_UNBUILT = """\
  x Failed to build `uvloop==0.21.0`
  |-> The build backend returned an error
  `-> Call to `setuptools.build_meta.build_wheel` failed (exit status: 1)
"""

_REFUSED = """\
error: No solution found when resolving dependencies
hint: An index URL (http://127.0.0.1:1/) could not be queried due to a lack of valid \
authentication credentials (401 Unauthorized)
"""


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (
            _UNREACHABLE,
            "cannot install mlflow-skinny for mlflow: the package index cannot be reached",
        ),
        (_DOWNLOAD, "cannot install pyarrow==22.0.0 for mlflow: the disk is full"),
        (
            _UNSOLVABLE,
            "cannot install mlflow: its packages are not on the package index,"
            " or do not fit this Python",
        ),
        (
            _OTHER_SYSTEM,
            "cannot install plat==1.0 for mlflow: it is not made for this system or processor",
        ),
        (
            _OTHER_PYTHON,
            "cannot install pyv==1.0 for mlflow: it is not made for this version of Python",
        ),
        (
            _UNBUILT,
            "cannot install uvloop==0.21.0 for mlflow:"
            " it has no finished file for this Python or system, and could not be built",
        ),
        (
            "Cannot allocate memory (os error 12)",
            "cannot install mlflow: there is too little memory",
        ),
        (_REFUSED, "cannot install mlflow: the package index refuses the login"),
        ("error: something new", "cannot install mlflow"),
    ],
)
def test_what_uv_says_at_length_becomes_one_sentence(output: str, message: str) -> None:
    error = explain_failure("mlflow", output)
    assert error.message == message
    assert error.hint
    assert "above" not in error.hint
    assert output.rstrip().splitlines()[-1].strip(" x`->") in error.hint
