"""What users call the parts of a stack: by module type, by flavor or by resource, all alike."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.guess import find_name, fold_name, unknown
from matcha_tui.stack.catalog import Flavor
from matcha_tui.stack.setting import Setting, writable_names


@dataclass(frozen=True, slots=True)
class Aliases:
    """A table of words and of what each means.

    Attributes:
        what: What a word of it names: ``"deployed resource"``.
        ranks: Word to meanings. A word that several know means what the first says:
            something's own name goes before a module type, that before a resource's name,
            and that before a flavor's.
    """

    what: str
    ranks: tuple[Mapping[str, tuple[str, ...]], ...]

    def find(self, word: str, suits: Callable[[str], bool] = lambda _meaning: True) -> str:
        """Return what a word means."""
        found = self._found(word)
        fitting = [kept for rank in found if (kept := tuple(filter(suits, rank)))]
        for meanings in (*fitting, *found):
            if len(meanings) == 1:
                return meanings[0]
            raise MatchaError(
                f"{word!r} names more than one {self.what}",
                hint=f"Say which: {' or '.join(meanings)}.",
                exit_code=ExitCode.USAGE,
            )
        raise unknown(self.what, word, self.words, self.listed)

    def knows(self, word: str) -> bool:
        """Whether a word means anything."""
        return bool(self._found(word))

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
        words = {
            fold_name(word): word
            for rank in reversed(self.ranks)
            for word, hit in rank.items()
            if meaning in hit and self._found(word)[0] == (meaning,)
        }
        words.pop(fold_name(meaning), None)
        return tuple(reversed(words.values()))

    def _found(self, word: str) -> list[tuple[str, ...]]:
        """What a word means in each rank that has it."""
        return [rank[name] for rank in self.ranks if (name := find_name(word, rank))]


def make_aliases(
    what: str, own: Iterable[str], flavors: Collection[Flavor], means: Callable[[Flavor], str]
) -> Aliases:
    """Make the table of a set of flavors."""
    columns: tuple[Callable[[Flavor], str], ...] = (
        lambda flavor: flavor.module_type,
        lambda flavor: flavor.resource,
        lambda flavor: flavor.name,
    )
    ranks: list[dict[str, tuple[str, ...]]] = [{name: (name,) for name in own}]
    for column in columns:
        rank: dict[str, tuple[str, ...]] = {}
        for flavor in flavors:
            word = find_name(column(flavor), rank) or column(flavor)
            rank[word] = tuple(dict.fromkeys((*rank.get(word, ()), means(flavor))))
        ranks.append(rank)
    return Aliases(what, tuple(ranks))


def find_setting(word: str, declared: Mapping[str, Setting], types: Aliases) -> str:
    """Return the dotted name of a setting, whatever its module is called."""
    if found := find_name(word, declared):
        return found
    owner, dot, key = word.rpartition(".")
    meant = word
    if dot and types.knows(owner):
        named = types.find(owner, lambda name: find_name(f"{name}.{key}", declared) is not None)
        meant = f"{named}.{key}"
    if found := find_name(meant, declared):
        return found
    # A secret is found, too: whoever asked refuses it with what to do instead.
    refusal = unknown("setting", meant, writable_names(declared))
    raise MatchaError(
        refusal.message,
        hint=f"{refusal.hint} A module is called by its type or otherwise: {types.listed}.",
        exit_code=refusal.exit_code,
    )
