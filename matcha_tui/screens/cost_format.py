"""What a stack costs, in the few words that a screen has room for."""

from textual.content import Content

from matcha_tui.pricing.difference import Difference
from matcha_tui.pricing.estimate import Estimate, Span
from matcha_tui.pricing.report import money_span

_NO_CHANGE = "no difference"


def format_cost(cost: Estimate, place: str) -> Content:
    """Return what a stack costs a month, and where."""
    known = cost.complete
    return Content.assemble(
        ("About " if cost.estimated else "", "$quiet"),
        (money_span(cost.monthly, cost.currency), "bold $accent"),
        (f" a month in {place}" if place else " a month", "$quiet"),
        ("" if known else ", without what has no price", "$warning"),
    )


def format_difference(difference: Difference | None) -> Content:
    """Return what a change does to the cost."""
    if difference is None:
        return Content("")
    if not difference.changes:
        return Content.styled(_NO_CHANGE, "$quiet")
    span = difference.monthly
    style = "$warning" if span.at_most > 0 else "$success"
    return Content.styled(f"{_signed(span, difference.currency)} a month", style)


def _signed(span: Span, currency: str) -> str:
    if span.at_most < 0:
        lost = Span(-span.at_least, -span.at_most)
        return f"-{money_span(lost, currency)}"
    return f"+{money_span(span, currency)}"
