"""Names as users write them: compared in one way, and refused with all that is accepted.

Case does not count, and ``-`` is ``_``. What a hint lists and what is accepted come from
the same collection, so that they cannot differ.
"""

from collections.abc import Collection

from matcha_tui.errors import ExitCode, MatchaError


def fold_name(name: str) -> str:
    """Return what two spellings of one name have in common."""
    return name.casefold().replace("-", "_")


def find_name(word: str, known: Collection[str]) -> str | None:
    """Return the known name that a word stands for.

    Args:
        word: What was written.
        known: What is accepted.

    Returns:
        The name as it is known; ``None`` when the word stands for none or for several.
    """
    if word in known:
        return word
    folded = fold_name(word)
    found = [name for name in known if fold_name(name) == folded]
    return found[0] if len(found) == 1 else None


def choose_name(what: str, word: str, known: Collection[str]) -> str:
    """Return the known name that a word stands for, or refuse the word.

    Args:
        what: What it should name: ``"stack"``.
        word: What was written.
        known: What is accepted.

    Raises:
        MatchaError: If it names nothing, with all that is accepted.
    """
    found = find_name(word, known)
    if found is None:
        raise unknown(what, word, known)
    return found


def unknown(what: str, word: str, known: Collection[str]) -> MatchaError:
    """Make the refusal of a word that names nothing.

    Args:
        what: What it should have named: ``"stack"``.
        word: What was written.
        known: What is accepted.

    Returns:
        The error, to be raised by the caller.
    """
    return MatchaError(
        f"{word!r} is no {what}", hint=name_hint(word, known), exit_code=ExitCode.USAGE
    )


def name_hint(word: str, known: Collection[str], also: str = "") -> str:
    """Say all that is accepted, and what the user probably meant.

    Args:
        word: What was written.
        known: What is accepted.
        also: What is accepted besides names: ``"the path of a binary"``.
    """
    if not known:
        return "There is none to choose from."
    listed = f"Known: {', '.join(known)}{f', or {also}' if also else ''}."
    guess = nearest_guess(word, known)
    return f"{listed} Did you mean {guess!r}?" if guess else listed


def nearest_guess(word: str, known: Collection[str]) -> str | None:
    """Return the known word that is most like a mistyped one.

    Args:
        word: What was typed.
        known: What could have been meant.

    Returns:
        The nearest word, or ``None`` when nothing is near.
    """
    import difflib  # only a mistake needs it

    folded = {fold_name(candidate): candidate for candidate in known}
    matches = difflib.get_close_matches(fold_name(word), folded, n=1, cutoff=0.5)
    return folded[matches[0]] if matches else None
