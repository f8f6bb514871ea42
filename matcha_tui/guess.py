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

    Returns:
        The name as it is known; ``None`` when the word stands for none or for several.
    """
    if word in known:
        return word
    folded = fold_name(word)
    found = [name for name in known if fold_name(name) == folded]
    return found[0] if len(found) == 1 else None


def choose_name(what: str, word: str, known: Collection[str]) -> str:
    """Return the known name that a word stands for, or refuse the word."""
    found = find_name(word, known)
    if found is None:
        raise unknown(what, word, known)
    return found


def unknown(what: str, word: str, known: Collection[str], listed: str = "") -> MatchaError:
    """Make the refusal of a word that names nothing.

    Returns:
        The error, to be raised by the caller.
    """
    return MatchaError(
        f"{word!r} is no {what}",
        hint=name_hint(word, known, listed=listed),
        exit_code=ExitCode.USAGE,
    )


def name_hint(word: str, known: Collection[str], also: str = "", listed: str = "") -> str:
    """Say all that is accepted, and what the user probably meant."""
    if not known:
        return "There is none to choose from."
    all_names = f"Known: {listed or ', '.join(known)}{f', or {also}' if also else ''}."
    guess = nearest_guess(word, known)
    return f"{all_names} Did you mean {guess!r}?" if guess else all_names


def nearest_guess(word: str, known: Collection[str]) -> str | None:
    """Return the known word that is most like a mistyped one.

    Returns:
        The nearest word, or ``None`` when nothing is near.
    """
    import difflib  # only a mistake needs it

    folded = {fold_name(candidate): candidate for candidate in known}
    matches = difflib.get_close_matches(fold_name(word), folded, n=1, cutoff=0.5)
    return folded[matches[0]] if matches else None
