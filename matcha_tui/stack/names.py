"""What users call the parts of a stack: by module type, by flavor or by resource, all alike."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import nearest_guess
from matcha_tui.stack.catalog import Flavor, unknown


def fold(word: str) -> str:
    """Return how words are compared: case, and whether - or _ is written, do not count."""
    return word.strip().casefold().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Names:
    """A table of words and of what each means.

    Attributes:
        what: What a word of it names: ``"deployed resource"``.
        ranks: Folded word to meanings. A word that several know means what the first says:
            something's own name goes before a module type, that before a resource's name,
            and that before a flavor's.
    """

    what: str
    ranks: tuple[Mapping[str, tuple[str, ...]], ...]

    def find(self, word: str, suits: Callable[[str], bool] = lambda _meaning: True) -> str:
        """Return what a word means.

        Args:
            word: As it was typed.
            suits: Whether a meaning makes sense here; one that does goes before all others.

        Raises:
            MatchaError: If it means nothing or several things, with all that is accepted.
        """
        found = [rank[fold(word)] for rank in self.ranks if fold(word) in rank]
        fitting = [kept for rank in found if (kept := tuple(filter(suits, rank)))]
        for meanings in (*fitting, *found):
            if len(meanings) == 1:
                return meanings[0]
            raise MatchaError(
                f"{word!r} names more than one {self.what}",
                hint=f"Say which: {' or '.join(meanings)}.",
                exit_code=ExitCode.USAGE,
            )
        guess = nearest_guess(word, self.words)
        question = f" Did you mean {guess!r}?" if guess else ""
        raise MatchaError(
            f"{word!r} is no {self.what}",
            hint=f"Known: {self.listed}.{question}",
            exit_code=ExitCode.USAGE,
        )

    @property
    def meanings(self) -> tuple[str, ...]:
        """All that can be meant."""
        return tuple(
            dict.fromkeys(each for rank in self.ranks for hit in rank.values() for each in hit)
        )

    @property
    def words(self) -> tuple[str, ...]:
        """All that is accepted, once each."""
        others = (word for meaning in self.meanings for word in self._others(meaning))
        return tuple(dict.fromkeys((*self.meanings, *others)))

    @property
    def listed(self) -> str:
        """All that is accepted, each with what it may be called instead."""
        return ", ".join(
            f"{meaning} (or {', '.join(others)})" if (others := self._others(meaning)) else meaning
            for meaning in self.meanings
        )

    def _others(self, meaning: str) -> tuple[str, ...]:
        words = dict.fromkeys(
            word for rank in self.ranks for word, hit in rank.items() if meaning in hit
        )
        return tuple(word for word in words if word != fold(meaning) and self._means(word, meaning))

    def _means(self, word: str, meaning: str) -> bool:
        return next(rank[word] for rank in self.ranks if word in rank) == (meaning,)


def make_names(
    what: str, own: Iterable[str], flavors: Collection[Flavor], means: Callable[[Flavor], str]
) -> Names:
    """Make the table of a set of flavors.

    Args:
        what: What a word of it names.
        own: What has a name of its own, whichever flavors there are.
        flavors: What can be called by type, resource or name.
        means: What is meant by calling one: ``lambda flavor: flavor.resource``.
    """
    columns: tuple[Callable[[Flavor], str], ...] = (
        lambda flavor: flavor.module_type,
        lambda flavor: flavor.resource,
        lambda flavor: flavor.name,
    )
    ranks: list[dict[str, tuple[str, ...]]] = [{fold(name): (name,) for name in own}]
    for column in columns:
        rank: dict[str, tuple[str, ...]] = {}
        for flavor in flavors:
            word, meaning = fold(column(flavor)), means(flavor)
            rank[word] = tuple(dict.fromkeys((*rank.get(word, ()), meaning)))
        ranks.append(rank)
    return Names(what, tuple(ranks))


def find_setting(word: str, declared: Collection[str], types: Names) -> str:
    """Return the dotted name of a setting, whatever its module is called.

    Args:
        word: As it was typed: ``mlflow.port``.
        declared: The dotted names that there are: ``experiment_tracker.port``.
        types: What module types are called.

    Raises:
        MatchaError: If there is no such setting, with all that is accepted.
    """
    known = {fold(name): name for name in declared}
    if fold(word) in known:
        return known[fold(word)]
    owner, dot, key = word.rpartition(".")
    meant = word
    if dot and fold(owner) in map(fold, types.words):
        meant = f"{types.find(owner, lambda name: fold(f'{name}.{key}') in known)}.{key}"
    if fold(meant) in known:
        return known[fold(meant)]
    refusal = unknown("setting", meant, declared)
    raise MatchaError(
        refusal.message,
        hint=f"{refusal.hint} A module is called by its type or otherwise: {types.listed}.",
        exit_code=refusal.exit_code,
    )


def find_alike(word: str, known: Collection[str]) -> str:
    """Return the known word that is the same but for case, - and _, or else the word itself."""
    alike = [name for name in known if fold(name) == fold(word)]
    return alike[0] if word not in known and len(alike) == 1 else word
