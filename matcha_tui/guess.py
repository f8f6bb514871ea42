"""What the user probably meant."""

from collections.abc import Collection


def nearest_guess(word: str, known: Collection[str]) -> str | None:
    """Return the known word that is most like a mistyped one.

    Args:
        word: What was typed.
        known: What could have been meant.

    Returns:
        The nearest word, or ``None`` when nothing is near.
    """
    import difflib  # only a mistake needs it

    lowered = {candidate.lower(): candidate for candidate in known}
    matches = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.5)
    return lowered[matches[0]] if matches else None
