"""What a stack costs, by module and by thing, a month and an hour."""

from decimal import Decimal
from typing import TypeAlias

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from matcha_tui.pricing.estimate import CostLine, Estimate, Span

_Row: TypeAlias = tuple[str, str, str, str]  # name, a month, an hour, style

_GAP = 2
_LEAST_NAME = 12
_CENT = Decimal("0.01")
_TENTH_OF_A_CENT = Decimal("0.001")


class CostSheet(Widget):
    """Takes an estimate; one line a thing, ``~`` before what is itself estimated."""

    DEFAULT_CSS = """
    CostSheet { height: auto; color: $foreground; }
    """

    cost: reactive[Estimate | None] = reactive(None, layout=True)

    def render(self) -> Content:
        """Draw the sheet, its columns no wider than what is in them."""
        if self.cost is None:
            return Content.styled("Reading the prices …", "$quiet")
        rows = _rows(self.cost)
        month_width = max(len(month) for _, month, _, _ in rows) + _GAP
        hour_width = max(len(hour) for _, _, hour, _ in rows) + _GAP
        room = max(_LEAST_NAME, self.size.width - month_width - hour_width)
        return Content("\n").join(
            Content.assemble(
                Content(name).truncate(room, ellipsis=True, pad=True).stylize(style),
                (month.rjust(month_width), style),
                (hour.rjust(hour_width), "$quiet"),
            )
            for name, month, hour, style in rows
        )


def _rows(cost: Estimate) -> list[_Row]:
    rows: list[_Row] = [("", "a month", "an hour", "$quiet")]
    for share in cost.shares:
        rows.append(_row(share.owner, share.monthly, "bold"))
        for line in share.lines:
            if line.monthly is None:
                rows.append((f"  {line.item.item}", "no price", "", "$warning"))
            else:
                rows.append(_row(f"  {_name(line)}", line.monthly, "$quiet"))
    total = "In all" if cost.complete else "In all, without what has no price"
    return [*rows, _row(f"{total} ({cost.currency})", cost.monthly, "bold")]


def _row(name: str, monthly: Span, style: str) -> _Row:
    return name, _amount(monthly, _CENT), _amount(monthly.hourly, _TENTH_OF_A_CENT), style


def _name(line: CostLine) -> str:
    is_estimated = line.price is not None and line.price.estimated
    return f"{'~' if is_estimated else ''}{line.item.item}"


def _amount(span: Span, unit: Decimal) -> str:
    low, high = span.at_least.quantize(unit), span.at_most.quantize(unit)
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"
