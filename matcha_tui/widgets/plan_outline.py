"""A plan as an outline: components, their resources, and what of each differs; folded, searched."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

from matcha_tui.terraform.events import Action
from matcha_tui.terraform.planned import AttributeChange, PlannedResource
from matcha_tui.terraform.progress import ResourceKey, ResourceProgress
from matcha_tui.widgets.component import gather, short_name

NodeKey = tuple[str, ...]
"""Which node: a component, a layer and an address, an attribute; each one longer."""

MARKS = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.DELETE: "-",
    Action.REPLACE: "±",
    Action.READ: "<",
    Action.OTHER: "?",
}
_INDENT = 2


@dataclass(frozen=True, slots=True)
class PlanNode:
    """A component, a resource or an attribute.

    Attributes:
        key: Identifies it.
        text: What is shown of it, and searched.
        action: What is done to it; ``None`` for a component.
        note: What is added more quietly.
        details: What it says when it is opened and has no children: lines of any length.
        children: What is one level below.
    """

    key: NodeKey
    text: str
    action: Action | None = None
    note: str = ""
    details: tuple[str, ...] = ()
    children: tuple["PlanNode", ...] = ()

    @property
    def can_open(self) -> bool:
        """Whether there is anything below it."""
        return bool(self.children or self.details)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row on screen.

    Attributes:
        node: Whose it is.
        depth: How far it is indented, in cells.
        detail: A part of the node's details; ``None`` for the node itself.
    """

    node: PlanNode
    depth: int
    detail: str | None = None


class PlanOutline:
    """Which rows are shown of a plan, and where a text is found in it.

    Attributes:
        rows: What is shown now, from the first to the last.
        needle: What is searched for; empty for nothing.
        found: The keys of the nodes that have it, in the plan's order.
    """

    def __init__(self) -> None:
        self.rows: list[PlanRow] = []
        self.needle = ""
        self.found: list[NodeKey] = []
        self._nodes: tuple[PlanNode, ...] = ()
        self._texts: dict[NodeKey, str] = {}  # of every node, in the plan's order, in lower case
        self._open: set[NodeKey] = set()
        self._width = 80

    def show(self, nodes: tuple[PlanNode, ...]) -> None:
        """Take other nodes; components are open at first, and what was opened stays so."""
        self._open |= {node.key for node in nodes if node.key not in self._texts}
        self._nodes = nodes
        self._texts = {node.key: node.text.lower() for node in _walk(nodes)}
        self.search(self.needle)
        self._build()

    def resize(self, width: int) -> None:
        """Wrap details at another width."""
        self._width = width
        self._build()

    def is_open(self, node: PlanNode) -> bool:
        """Return whether what is below a node is shown."""
        return node.key in self._open

    def set_open(self, node: PlanNode, is_open: bool) -> None:
        """Show what is below a node, or hide it."""
        if is_open and node.can_open:
            self._open.add(node.key)
        else:
            self._open.discard(node.key)
        self._build()

    def set_all_open(self, is_open: bool) -> None:
        """Show what differs of every resource; or the resources only."""
        shown = _walk(self._nodes) if is_open else self._nodes
        self._open = {node.key for node in shown if node.children}
        self._build()

    def search(self, needle: str) -> None:
        """Find every node that has a text, in whatever case."""
        self.needle = needle
        wanted = needle.lower()
        self.found = [key for key, text in self._texts.items() if wanted in text] if wanted else []

    def next_found(self, key: NodeKey, step: int) -> NodeKey | None:
        """Return what is found next, or before; after the last comes the first.

        Args:
            key: From which node; one that is found itself does not count.
            step: 1 for the next, -1 for the one before.
        """
        if not self.found:
            return None
        if key in self.found:
            return self.found[(self.found.index(key) + step) % len(self.found)]
        place = {one: at for at, one in enumerate(self._texts)}
        at = bisect_left([place[one] for one in self.found], place.get(key, 0))
        return self.found[(at if step > 0 else at - 1) % len(self.found)]

    def reveal(self, key: NodeKey) -> int:
        """Open what hides a node, and return its row."""
        self._open |= {key[:length] for length in range(1, len(key))}
        self._build()
        return self.row_of(key)

    def row_of(self, key: NodeKey) -> int:
        """Return the row of a node, or of what hides it; the first if it is gone."""
        shown = {row.node.key: index for index, row in enumerate(self.rows) if row.detail is None}
        nearest = (key[:length] for length in range(len(key), 0, -1))
        return next((shown[one] for one in nearest if one in shown), 0)

    def _build(self) -> None:
        self.rows = list(self._rows(self._nodes, 0))

    def _rows(self, nodes: Iterable[PlanNode], depth: int) -> Iterator[PlanRow]:
        for node in nodes:
            yield PlanRow(node, depth)
            if node.key not in self._open:
                continue
            if node.children:
                yield from self._rows(node.children, depth + _INDENT)
            else:
                inner = depth + 2 * _INDENT
                for part in self._wrap(node.details, max(8, self._width - inner)):
                    yield PlanRow(node, inner, part)

    def _wrap(self, details: Sequence[str], width: int) -> Iterator[str]:
        for detail in details:
            yield from [detail] if cell_len(detail) <= width else chop_cells(detail, width)


def _walk(nodes: Iterable[PlanNode]) -> Iterator[PlanNode]:
    for node in nodes:
        yield node
        yield from _walk(node.children)


def outline(
    resources: Iterable[ResourceProgress], planned: Mapping[ResourceKey, PlannedResource]
) -> tuple[PlanNode, ...]:
    """Return the nodes of a plan.

    Args:
        resources: What would be done, as the run has said.
        planned: What is known of their attributes so far.
    """
    return tuple(
        PlanNode(
            (component.title,),
            component.title,
            note=_count(component.resources),
            children=tuple(
                _resource_node(component.title, one, planned.get((one.layer, one.address)))
                for one in component.resources
            ),
        )
        for component in gather(resources)
    )


def _resource_node(
    component: str, resource: ResourceProgress, planned: PlannedResource | None
) -> PlanNode:
    key = (component, f"{resource.layer} {resource.address}")
    attributes = planned.attributes if planned else ()
    forcing = [one.name for one in attributes if one.forces_replacement]
    return PlanNode(
        key,
        short_name(resource.address),
        resource.action,
        note=f"because of {', '.join(forcing[:2])}" if forcing else "",
        children=tuple(
            _attribute_node((*key, one.name), one, resource.action) for one in attributes
        ),
    )


def _attribute_node(key: NodeKey, change: AttributeChange, action: Action) -> PlanNode:
    if change.before is None:
        done, values = Action.CREATE, change.after or "null"
    elif change.after is None:
        done, values = Action.DELETE, change.before
    else:
        done, values = Action.UPDATE, f"{change.before} → {change.after}"
    details = [f"before  {change.before}", f"after   {change.after}"]
    if action in (Action.CREATE, Action.DELETE):
        details = [values]
    return PlanNode(
        key,
        f"{change.name} = {values}",
        done,
        note="forces replacement" if change.forces_replacement else "",
        details=tuple(details),
    )


def _count(resources: Sequence[ResourceProgress]) -> str:
    counts = [
        f"{mark}{number}"
        for action, mark in MARKS.items()
        if (number := sum(one.action is action for one in resources))
    ]
    return " ".join(counts)
