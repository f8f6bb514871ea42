"""Names of folders that programs stumble over."""

from hypothesis import strategies

from matcha_tui.system.plain_text import escape_line

WHOLE = "100% é?x=1#y z"
"""What the project of a stack with every service may be called."""

HARD_NAMES = (
    "a%b %(ENV_HOME)s %20 %{if}",
    WHOLE,
    "{data} {} $HOME ${x}",
    "'one' \"two\" `three` \\four\\n",
    "; & | > < ! * [ab] (c)",
    "a:b,c=d~",
    "-leading",
    "~",
)
"""One folder each, for real programs."""

REFUSED_NAMES = ("a\x1b[31mb", "a\nb", "a\tb", "a\x7fb", "a\x9b31mb", "a\udcffb", "a\u202eb")
"""What no project's path may have."""

_SYNTAX = "%?#{}[]*$()'\"`\\ ~:;&=,-!<>|é41a"

folder_names = strategies.one_of(
    strategies.text(strategies.characters(exclude_characters="/\0"), min_size=1, max_size=30),
    strategies.text(_SYNTAX, min_size=1, max_size=20),
).filter(lambda name: name not in (".", "..") and escape_line(name) == name)
"""Any name that a project may have, most often one with what some format takes for syntax."""
