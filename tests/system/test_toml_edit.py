import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from matcha_tui.system.toml_edit import edit_toml
from matcha_tui.system.toml_lines import KeyPath, find_lines

NAMES = ["a", "b", "Exp-T", "é x"]
SCALARS: list[object] = [1, True, "x # y", 'q "', ["p", "q"], "[a]"]
Content = dict[str, Any]

scalars = st.sampled_from(SCALARS)
names = st.sampled_from(NAMES)
contents = st.dictionaries(
    names, scalars | st.dictionaries(names, scalars | st.dictionaries(names, scalars))
)


def inline(value: object) -> str:
    if isinstance(value, dict):
        pairs = (f"{quoted(key)} = {inline(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    return tomli_w.dumps({"it": value}).removeprefix("it = ").strip().replace("\n", " ")


def quoted(key: str) -> str:
    return key if key.isascii() else f'"{key}"'


class Writer:
    """Writes a content in one of the many ways there are, with comments."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.count = 0
        self.tables: list[tuple[str, Content]] = []

    def comment(self) -> str:
        self.count += 1
        return self.draw(st.sampled_from(["", f" # c{self.count}"]))

    def gap(self) -> list[str]:
        self.count += 1
        return self.draw(st.sampled_from([[], [], [""], [f"# own {self.count}"], ["", "", "  #"]]))

    def body(self, table: Content, path: str = "", dotted: str = "") -> list[str]:
        lines: list[str] = []
        for key, value in table.items():
            name, full = dotted + quoted(key), path + quoted(key)
            ways = ["inline", "dotted"] if dotted else ["inline", "dotted", "header", "header"]
            way = self.draw(st.sampled_from(ways)) if isinstance(value, dict) else "inline"
            if way == "dotted" and value:
                lines += self.body(value, f"{full}.", f"{name}.")
            elif way == "header":
                self.tables.append((full, value))
            else:
                lines += [*self.gap(), f"{name} = {inline(value)}{self.comment()}"]
        return lines

    def document(self, content: Content) -> str:
        pieces = []
        lines = self.body(content)
        while self.tables:
            path, table = self.tables.pop()
            header = [*self.gap(), f"[{path}]{self.comment()}"]
            pieces.append(header + self.body(table, f"{path}."))
        for piece in self.draw(st.permutations(pieces)):
            lines += piece
        return "\n".join(lines) + self.draw(st.sampled_from(["", "\n", "\n\n# the end\n"]))


@st.composite
def documents(draw: st.DrawFn) -> str:
    return Writer(draw).document(draw(contents))


@st.composite
def edits(draw: st.DrawFn, content: Mapping[str, Any]) -> Content:
    """What is there, with some keys gone, some changed and some new."""
    edited: Content = {}
    for key, value in content.items():
        what = draw(st.sampled_from(["keep", "keep", "change", "remove"]))
        if isinstance(value, dict):
            if what != "remove":
                edited[key] = draw(edits(value))
        elif what != "remove":
            edited[key] = draw(scalars) if what == "change" else value
    new = draw(contents) if draw(st.booleans()) else {}
    return {key: value for key, value in new.items() if key not in content} | edited


def without_empty(content: Mapping[str, Any]) -> Content:
    """What a content says but for empty tables, of which a comment may hold some."""
    full = {}
    for key, value in content.items():
        said = without_empty(value) if isinstance(value, dict) else value
        if said != {}:
            full[key] = said
    return full


def value_at(content: object, path: KeyPath) -> object:
    for step in path:
        if not isinstance(content, dict) or step not in content:
            return None
        content = content[step]
    return content


def lines_to_keep(source: str, desired: Content) -> list[str]:
    """Every line but blank ones, those of changed keys, and headers of tables left empty."""
    current = tomllib.loads(source)
    changed = set()
    for path, line in find_lines(source).items():
        if any(isinstance(step, int) for step in path):
            continue
        was, now = value_at(current, path), value_at(desired, path)
        is_header = source.split("\n")[line - 1].startswith("[")
        if repr(was) != repr(now) and not (is_header and now) and not isinstance(was, dict):
            changed.add(line)
        if is_header and isinstance(was, dict) and not now:
            changed.add(line)
    lines = enumerate(source.split("\n"), 1)
    kept = (line for number, line in lines if number not in changed)
    return [line for line in kept if line.strip() and "{" not in line]


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_an_edited_text_says_what_is_desired_and_keeps_every_other_line(data: st.DataObject):
    source = data.draw(documents())
    desired = data.draw(edits(tomllib.loads(source)))
    edited = edit_toml(source, desired)
    assert without_empty(tomllib.loads(edited)) == without_empty(desired)
    lines = iter(edited.split("\n"))
    assert [line for line in lines_to_keep(source, desired) if line not in lines] == []


@given(documents(), st.sampled_from(["", "\ufeff"]), st.sampled_from(["\n", "\r\n"]))
def test_a_text_that_says_it_already_is_left_alone(source: str, mark: str, end: str):
    source = mark + source.replace("\n", end)
    assert edit_toml(source, tomllib.loads(source.removeprefix(mark))) == source


def test_windows_ends_and_the_byte_order_mark_stay_and_are_taken_over():
    source = '\ufeff# ours\r\na = 1 # one\r\n\r\n[t]\r\ntext = """x\r\ny"""\r\n'
    edited = edit_toml(source, {"a": 2, "b": 3, "t": {"text": "x\ny", "n": {"m": 1}}})
    assert edited == (
        '\ufeff# ours\r\na = 2 # one\r\nb = 3\r\n\r\n[t]\r\ntext = """x\r\ny"""\r\n'
        "\r\n[t.n]\r\nm = 1\r\n"
    )


@pytest.mark.parametrize(
    ("source", "desired", "edited"),
    [
        ("", {"a": 1}, "a = 1\n"),
        ("a.b = 1 # b\na.c = 2\n", {"a": {"b": 1, "d": 3}}, "a.b = 1 # b\na.d = 3\n"),
        ("a = {b = 1, c = 2} # both\n", {"a": {"c": 3}}, "a = { c = 3} # both\n"),
        ("[a]\nb = 1\n[c]\nd = 1\n", {"c": {"d": 1}}, "[c]\nd = 1\n"),
        ("[a]\n# why\nb = 1\n[c]\n", {"c": {}}, "[a]\n# why\n[c]\n"),
        ("[a] # why\nb = 1\n", {}, "[a] # why\n"),
        ("[a]\nb = 1\n", {"a": {}}, "[a]\n"),
        ("[a]\nb = 1\n", {"a": 2}, "a = 2\n"),
        ("a = 1\n", {"a": {"b": 1}}, "[a]\nb = 1\n"),
        ("[a.b]\nc = 1\n", {"a": {"b": {"c": 1}, "d": 2}}, "[a.b]\nc = 1\n\n[a]\nd = 2\n"),
    ],
)
def test_each_key_stays_where_it_is_written(source: str, desired: Content, edited: str):
    assert edit_toml(source, desired) == edited
