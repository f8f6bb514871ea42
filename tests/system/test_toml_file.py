import codecs
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.errors import MatchaError
from matcha_tui.system.toml_file import read_toml
from matcha_tui.system.toml_lines import KeyPath, find_lines

# What may stand for a key or a header to whoever looks at lines alone.
TRAPS = ["", "fake = 1", "[fake]", "[[fake]]", "# fake", "name = 'fake'", "]", "}", "'", "é\x85b"]
SCALARS = ["1", "-3.5e+2", "true", "1979-05-27 07:32:00.5", "inf", "'a # b'", '"\\\\"', '"a\\"]"']
COMMENTS = ["", "  # a = 1", "\t#[b]", ' # """']

scalars = st.sampled_from(SCALARS)
traps = st.lists(st.sampled_from(TRAPS), max_size=4)
multiline = st.builds(
    lambda lines, quote: quote + "\n".join(["", *lines]).replace(quote[0], "") + quote,
    traps,
    st.sampled_from(['"""', "'''"]),
) | st.sampled_from(['"""a\\"""\nfake = 1\n"""', "''''\nfake = 1\n'''''", '"""\\\n  b = 1"""""'])


class Document:
    """Text that grows, and the line on which each key was put."""

    def __init__(self) -> None:
        self.text = ""
        self.lines: dict[KeyPath, int] = {}

    @property
    def line(self) -> int:
        return self.text.count("\n") + 1

    def put(self, path: KeyPath) -> None:
        self.lines[path] = self.line


def written_key(draw: st.DrawFn, name: str) -> str:
    return draw(
        st.sampled_from([name, f'"{name}"', f"'{name}'", f'"\\u{ord(name[0]):04x}{name[1:]}"'])
    )


def write_value(draw: st.DrawFn, document: Document, path: KeyPath, depth: int = 0) -> None:
    kind = draw(
        st.sampled_from(["scalar", "multiline", "array", "inline"] if depth < 3 else ["scalar"])
    )
    if kind == "scalar":
        document.text += draw(scalars)
    elif kind == "multiline":
        document.text += draw(multiline)
    elif kind == "array":
        gaps = st.sampled_from(["", " ", "\n  ", " # fake = 1\n\t", "\n\n"])
        document.text += "["
        for index in range(draw(st.integers(0, 3))):
            document.text += draw(gaps)
            document.put((*path, index))
            write_value(draw, document, (*path, index), depth + 1)
            document.text += draw(gaps) + ","
        document.text += draw(gaps) + "]"
    else:
        document.text += "{"
        for index in range(draw(st.integers(0, 3))):
            document.text += ", " if index else " "
            write_pair(draw, document, path, f"k{index}", depth + 1)
        document.text += " }"


def write_pair(
    draw: st.DrawFn, document: Document, table: KeyPath, name: str, depth: int = 0
) -> None:
    names = [name, *draw(st.lists(st.sampled_from(["x", "y.z", "b c"]), max_size=2))]
    for end in range(1, len(names) + 1):
        document.put((*table, *names[:end]))
    plain = [item if item.isalnum() else f"'{item}'" for item in names[1:]]
    document.text += draw(st.sampled_from([".", " . "])).join([written_key(draw, name), *plain])
    document.text += draw(st.sampled_from(["=", " = ", "\t=  "]))
    write_value(draw, document, (*table, *names), depth)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    document = Document()
    counts: dict[str, int] = {}
    for number in range(draw(st.integers(1, 4))):
        table: KeyPath = ()
        if number:
            is_array = draw(st.booleans())
            name = draw(st.sampled_from(["list", "rows"])) if is_array else f"t{number}"
            document.text += draw(st.sampled_from(["", "  ", "# [fake]\n"]))
            if is_array:
                table = (name, counts.setdefault(name, 0))
                counts[name] += 1
            else:
                table = (name,)
            if table[-1] == 0:
                document.put((name,))
            document.put(table)
            inside = f" {written_key(draw, name)} "
            document.text += f"[[{inside}]]" if is_array else f"[{inside}]"
            document.text += draw(st.sampled_from(COMMENTS)) + "\n"
            if draw(st.booleans()):
                table = (*table, "sub", "deep")
                document.put(table[:-1])
                document.put(table)
                document.text += f"[{name}.sub . 'deep']\n"
        for index in range(draw(st.integers(0, 3))):
            document.text += draw(st.sampled_from(["", "\n", "  ", "# fake = 1\n"]))
            write_pair(draw, document, table, f"k{index}")
            document.text += draw(st.sampled_from(COMMENTS)) + "\n"
    return document


def paths(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


@given(documents(), st.booleans())
def test_every_key_is_found_on_the_line_where_it_was_put(document: Document, crlf: bool):
    text = document.text.replace("\n", "\r\n") if crlf else document.text
    assert set(paths(tomllib.loads(text))) == set(document.lines)
    assert find_lines(text) == document.lines


keys = st.text(min_size=1, max_size=6)
values = st.recursive(
    st.integers() | st.booleans() | st.text(max_size=20) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(keys, values, max_size=5), st.booleans())
def test_every_key_of_a_written_file_is_on_a_line_that_names_it(content, multiline_strings: bool):
    text = tomli_w.dumps(content, multiline_strings=multiline_strings)
    lines = find_lines(text)
    assert set(paths(tomllib.loads(text))) == set(lines)
    written = text.split("\n")
    for path, line in lines.items():
        name = path[-1]
        if isinstance(name, str) and name.isascii() and name.isalnum():
            assert name in written[line - 1]


@pytest.mark.parametrize(
    ("content", "keys", "line"),
    [
        ('a = """\nname = 1\n"""\nname = 2', ["name"], 4),
        ("a = '''\n[t]\nname = 1\n'''\n[t]\nname = 2", ["t", "name"], 6),
        ("a = '\x85\u2028'\nname = 1", ["name"], 2),
        ("list = [\n # a\n {name = 1},\n {b = 1}, {name = 2},\n]", ["list", 2, "name"], 4),
        ('["a.b".c]\n\n"d e" = 1', ["a.b", "c", "d e"], 3),
        ("[a.b]\n[a]\nc = 1", ["a"], 2),
        ("[[a]]\n[[a.b]]\n[[a.b]]\n[[a]]\n[a.c]\n[[a.b]]\nx = 1", ["a", 1, "b", 0, "x"], 7),
    ],
)
def test_lines_that_were_wrong_once(content: str, keys: list[str | int], line: int):
    assert find_lines(content)[tuple(keys)] == line


def test_a_missing_key_is_reported_where_its_table_begins(tmp_path: Path):
    path = tmp_path / "module.toml"
    path.write_text(
        '[[setting]]\nname = "a"\n\n[[setting]]\nhelp = """\n[[setting]]\nname = 1\n"""\n'
    )
    with pytest.raises(MatchaError, match=r":4: setting\.name is missing"):
        read_toml(path).tables("setting")[1].text("name")


def test_a_byte_order_mark_is_read_over(tmp_path: Path):
    path = tmp_path / "matcha.toml"
    path.write_bytes(codecs.BOM_UTF8 + b"version = 1\r\ntarget = 5\r\n")
    table = read_toml(path)
    assert table.integer("version") == 1
    with pytest.raises(MatchaError, match=":2: target must be a text"):
        table.text("target")
    path.write_bytes(codecs.BOM_UTF8 + b"a = 1\nb = '\xff'")
    with pytest.raises(MatchaError, match=":2: not UTF-8"):
        read_toml(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_a_file_in_utf16_is_said_to_be_that(tmp_path: Path, encoding: str):
    path = tmp_path / "matcha.toml"
    path.write_bytes("version = 1\n".encode(encoding))
    with pytest.raises(MatchaError, match="UTF-16, and TOML is UTF-8") as caught:
        read_toml(path)
    assert "Save it as UTF-8" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("a = 1\nb = " + "9" * 5000, ":2: not valid TOML"),
        ("a = " + "[" * 5000 + "]" * 5000, "inside one another"),
        ('a = 1\n\nb = """\nc\n\n', ":4: not valid TOML"),
        ("a = '\x85'\nb = ", ":2: not valid TOML"),
    ],
)
def test_what_tomllib_stumbles_over_is_refused_in_one_sentence(
    tmp_path: Path, content: str, says: str
):
    path = tmp_path / "matcha.toml"
    path.write_text(content)
    with pytest.raises(MatchaError, match=says):
        read_toml(path)


def test_the_product_s_own_files_have_a_line_for_every_key():
    modules = Path(__file__).parents[2] / "terraform_modules"
    for path in modules.rglob("*.toml"):
        text = path.read_text("utf-8")
        assert set(paths(tomllib.loads(text))) == set(find_lines(text)), path
