"""What every command says of itself."""

import click
import pytest

from matcha_tui.cli import matcha


def every_command(group: click.Group, words: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the words of every command below a group, groups included."""
    found: list[tuple[str, ...]] = [words]
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            found += every_command(command, (*words, name))
        else:
            found.append((*words, name))
    return found


@pytest.mark.parametrize("words", every_command(matcha), ids=" ".join)
def test_every_help_has_an_example(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    matcha.main([*words, "--help"], standalone_mode=False)
    printed = capsys.readouterr().out
    assert "Example: " in printed
    assert f"matcha {' '.join(words)}".strip() in printed.split("Example: ")[1].replace("\n", " ")
