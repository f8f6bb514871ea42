"""The blocks of a Terraform file, read without Terraform: what a module would do, before it may.

It knows HCL's lexical structure (comments, quoted templates, heredocs) and that a block's type,
labels and brace stand on one line; it evaluates nothing. A file in JSON syntax gives the same.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from matcha_tui.errors import MatchaError
from matcha_tui.system.files import explain_os_errors

_PATTERNS = ("*.tf", "*.tofu", "*.tf.json", "*.tofu.json")
_TOKEN = re.compile(
    r"""(?P<blank>[^\S\n]+|/\*.*?\*/|(?:\#|//)[^\n]*)
    |(?P<line>\n)
    |(?P<heredoc><<-?(?P<end>[^\W\d][\w-]*)[^\S\n]*\n)
    |(?P<word>[^\W\d][\w-]*)
    |(?P<quote>")
    |(?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
_IN_QUOTES = re.compile(r'\\.|\$\$\{|%%\{|\$\{|%\{|"', re.DOTALL)


@dataclass(slots=True)
class HclBlock:
    """One block of a Terraform file.

    Attributes:
        type: ``resource``; empty for an object in an expression.
        labels: ``("terraform_data", "storage")``.
        parents: The blocks around it, the outermost first.
        texts: Its attributes that are one quoted text or heredoc, as they are written.
    """

    type: str
    labels: tuple[str, ...] = ()
    parents: tuple["HclBlock", ...] = ()
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """How it is called in an address: ``terraform_data.storage``."""
        return ".".join(self.labels)


def read_blocks(folder: Path) -> Iterator[HclBlock]:
    """Yield every block of the Terraform files in a folder and below it.

    Raises:
        MatchaError: If a file cannot be read.
    """
    paths = {path for pattern in _PATTERNS for path in folder.rglob(pattern) if path.is_file()}
    for path in sorted(paths):
        with explain_os_errors("read", path):
            text = path.read_text(encoding="utf-8", errors="replace")
        yield from _json_blocks(path, text) if path.suffix == ".json" else hcl_blocks(text)


def hcl_blocks(text: str) -> list[HclBlock]:
    """Return every block of a file in HCL's own syntax."""
    found: list[HclBlock] = []
    open_blocks: list[HclBlock] = []
    line: list[tuple[str, str]] = []
    for kind, value in _tokens(text):
        if kind == "line" or (kind, value) == ("mark", ","):
            line = []
        elif (kind, value) == ("mark", "{"):
            open_blocks.append(_begin(line, tuple(open_blocks)))
            found.append(open_blocks[-1])
            line = []
        elif (kind, value) == ("mark", "}"):
            del open_blocks[-1:]
            line = []
        else:
            line.append((kind, value))
            if len(line) == 3 and line[1] == ("mark", "=") and kind == "text" and open_blocks:
                open_blocks[-1].texts[line[0][1]] = value
    return found


def _begin(line: list[tuple[str, str]], parents: tuple[HclBlock, ...]) -> HclBlock:
    is_block = bool(line) and line[0][0] == "word" and all(kind != "mark" for kind, _ in line)
    if not is_block:
        return HclBlock("", parents=parents)
    return HclBlock(line[0][1], tuple(value for _, value in line[1:]), parents)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield words, texts, marks and line ends; whatever stands in a text is part of it."""
    at = 0
    while found := _TOKEN.match(text, at):
        at, kind = found.end(), found.lastgroup
        if found["heredoc"]:
            end = re.compile(rf"^[^\S\n]*{re.escape(found['end'])}[^\S\n]*$", re.MULTILINE)
            closing = end.search(text, at)
            yield "text", text[at : closing.start() if closing else len(text)]
            at = closing.end() if closing else len(text)
        elif kind == "quote":
            closed = _end_of_quote(text, at)
            yield "text", text[at : closed - 1]
            at = closed
        elif kind not in (None, "blank"):
            yield str(kind), found[0]


def _end_of_quote(text: str, at: int) -> int:
    """Return the place behind a quoted text, in which templates hold texts of their own."""
    while found := _IN_QUOTES.search(text, at):
        at = found.end()
        if found[0] == '"':
            return at
        if found[0] in ("${", "%{"):
            at = _end_of_template(text, at)
    return len(text)


def _end_of_template(text: str, at: int) -> int:
    depth = 1
    while depth and at < len(text):
        if text[at] == '"':
            at = _end_of_quote(text, at + 1)
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


def _json_blocks(path: Path, text: str) -> Iterator[HclBlock]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MatchaError(
            f"{path} is no JSON, so Terraform could not read it either",
            hint="Repair it, or remove it.",
        ) from error
    for name, label_count in (("resource", 2), ("data", 2), ("module", 1), ("terraform", 0)):
        for top in _each(content, name):
            for labels, body in _labelled(top, label_count):
                yield from _json_block(HclBlock(name, labels), body)


def _json_block(block: HclBlock, body: Mapping[str, Any]) -> Iterator[HclBlock]:
    block.texts.update({key: value for key, value in body.items() if isinstance(value, str)})
    yield block
    inside = (*block.parents, block)
    for provisioner in _each(body, "provisioner"):
        for labels, inner in _labelled(provisioner, 1):
            yield from _json_block(HclBlock("provisioner", labels, inside), inner)
    for required in _each(body, "required_providers"):
        needed = HclBlock("required_providers", (), inside)
        for _, inner in _labelled(required, 1):
            yield from _json_block(HclBlock("", (), (*inside, needed)), inner)


def _each(content: object, name: str) -> Iterator[object]:
    """Yield what stands under a name; a list stands for several blocks anywhere."""
    for item in content if isinstance(content, list) else [content]:
        if isinstance(item, dict) and name in item:
            found = item[name]
            yield from found if isinstance(found, list) else [found]


def _labelled(content: object, count: int) -> Iterator[tuple[tuple[str, ...], Mapping[str, Any]]]:
    for item in content if isinstance(content, list) else [content]:
        if not isinstance(item, dict):
            continue
        if count == 0:
            yield (), item
            continue
        for label, inner in item.items():
            for labels, body in _labelled(inner, count - 1):
                yield (label, *labels), body
