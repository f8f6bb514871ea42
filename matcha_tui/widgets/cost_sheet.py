"""What a stack costs, by module and by thing, a month and an hour."""

from decimal import Decimal

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from matcha_tui.targets.azure.prices.estimate import CostLine, Estimate, Share, Span

_MONTH_WIDTH, _HOUR_WIDTH = 18, 13
_LEAST_NAME = 16
_CENT = Decimal("0.01")
_TENTH_OF_A_CENT = Decimal("0.001")


class CostSheet(Widget):
    """Takes an estimate; one line a thing, ``~`` before what is itself estimated."""

    DEFAULT_CSS = """
    CostSheet { height: auto; color: $foreground; }
    """

    cost: reactive[Estimate | None] = reactive(None, layout=True)

    def render(self) -> Content:
        """Draw the sheet."""
        if self.cost is None:
            return Content.styled("Reading the prices …", "$quiet")
        lines = [self._line("", "a month", "an hour", "$quiet")]
        for share in self.cost.shares:
            lines += self._share(share)
        total = "In all" if self.cost.complete else "In all, without what has no price"
        lines.append(self._spans(f"{total} ({self.cost.currency})", self.cost.monthly, "bold"))
        return Content("\n").join(lines)

    def _share(self, share: Share) -> list[Content]:
        lines = [self._spans(share.owner, share.monthly, "bold")]
        for line in share.lines:
            if line.monthly is None:
                lines.append(self._line(f"  {line.item.item}", "no price", "", "$warning"))
            else:
                lines.append(self._spans(f"  {_name(line)}", line.monthly, "$quiet"))
        return lines

    def _spans(self, name: str, monthly: Span, style: str) -> Content:
        return self._line(
            name, _amount(monthly, _CENT), _amount(monthly.hourly, _TENTH_OF_A_CENT), style
        )

    def _line(self, name: str, month: str, hour: str, style: str) -> Content:
        room = max(_LEAST_NAME, self.size.width - _MONTH_WIDTH - _HOUR_WIDTH)
        return Content.assemble(
            (Content(name).truncate(room, ellipsis=True, pad=True).stylize(style)),
            (month.rjust(_MONTH_WIDTH), style),
            (hour.rjust(_HOUR_WIDTH), "$quiet"),
        )


def _name(line: CostLine) -> str:
    is_estimated = line.price is not None and line.price.estimated
    return f"{'~' if is_estimated else ''}{line.item.item}"


def _amount(span: Span, unit: Decimal) -> str:
    low, high = span.at_least.quantize(unit), span.at_most.quantize(unit)
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"
