"""In which regions a subscription may have the machines that a stack needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from matcha_tui.targets.azure.preflight.quota_list import find_shortages, read_usages
from matcha_tui.targets.azure.preflight.reader import Reader
from matcha_tui.targets.azure.preflight.requirements import Pool
from matcha_tui.targets.azure.preflight.size_list import SizeList, read_sizes
from matcha_tui.targets.findings import Unverified, Verdict


@dataclass(frozen=True, slots=True)
class Fit:
    """What a subscription may have in one region.

    Attributes:
        sizes: Whether it may use the machines' sizes there.
        quota: Whether its quota there suffices.
    """

    sizes: Verdict
    quota: Verdict

    @property
    def suffices(self) -> bool | None:
        """Whether the machines can be had, both considered; ``None`` if nobody knows."""
        verdicts = {self.sizes, self.quota}
        if Verdict.FAILED in verdicts:
            return False
        return True if verdicts == {Verdict.PASSED} else None


def fits_by_region(
    reader: Reader, pools: Sequence[Pool], locations: Sequence[str]
) -> dict[str, Fit]:
    """Find out where machines can be had; takes seconds, the first time many.

    The list of sizes is asked for once and is of all regions; quotas are asked for
    region by region, a few at a time. The reader keeps both.
    """
    if not pools:
        return dict.fromkeys(locations, Fit(Verdict.PASSED, Verdict.PASSED))
    try:
        sizes = read_sizes(reader)
    except Unverified:
        return dict.fromkeys(locations, Fit(Verdict.UNVERIFIED, Verdict.UNVERIFIED))
    found = reader.each(partial(_fit, reader, pools, sizes), list(locations))
    return dict(zip(locations, found, strict=True))


def _fit(reader: Reader, pools: Sequence[Pool], sizes: SizeList, location: str) -> Fit:
    known = [sizes.get(pool.size.casefold()) for pool in pools]
    can_be_had = all(
        size is not None and location in size.usable and (size.suits_system or not pool.is_system)
        for pool, size in zip(pools, known, strict=True)
    )
    return Fit(
        Verdict.PASSED if can_be_had else Verdict.FAILED, _quota(reader, pools, sizes, location)
    )


def _quota(reader: Reader, pools: Sequence[Pool], sizes: SizeList, location: str) -> Verdict:
    try:
        usages = read_usages(reader, location)
    except Unverified:
        return Verdict.UNVERIFIED
    if find_shortages(pools, sizes, usages, machines={}):
        return Verdict.FAILED
    needed: Mapping[str, str] = {
        size.family.casefold(): size.name
        for pool in pools
        if (size := sizes.get(pool.size.casefold()))
    }
    if not needed or any(family not in usages for family in needed):
        return Verdict.UNVERIFIED
    return Verdict.PASSED
