"""Shared by the screens' tests."""

import pytest_textual_snapshot  # type: ignore[import-untyped]

# pytest-textual-snapshot 1.0.0 sets a name that syrupy had before 5: without this the
# pictures are called .raw. It can go with the next release of pytest-textual-snapshot.
pytest_textual_snapshot.SVGImageExtension.file_extension = "svg"
