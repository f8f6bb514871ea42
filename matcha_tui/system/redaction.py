"""Takes known secrets out of a text, however they are written there, and finds those left.

Two ways that check each other: `Redaction.remove` writes each secret in every form that logs
have (JSON, URLs, HTML, shells, base64) and replaces those; `Redaction.is_in` undoes such forms
in the text, and looks for the secrets themselves.
"""

import base64
import binascii
import html
import json
import re
from collections.abc import Callable, Collection, Iterator
from urllib.parse import quote, quote_plus, unquote, unquote_plus

REMOVED = "********"

_WORD_LENGTH = 6  # a shorter secret counts as a whole word only: it may be part of any other
_LINE_LENGTH = 16  # of a secret of several lines, a line that long is a secret of its own
_PARTS = re.compile(r"(?:AccountKey|SharedAccessKey|Password|sig)=([^;&\s]+)", re.IGNORECASE)
_ADDRESS = re.compile(r"://[^/\s:@]*:([^/\s@]+)@")
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_HEXADECIMAL = re.compile(r"(?:[0-9a-fA-F]{2}){6,}")
_JSON_ESCAPE = re.compile(r"\\(?:u(?P<code>[0-9a-fA-F]{4})|x(?P<byte>[0-9a-fA-F]{2})|(?P<sign>.))")
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_DEPTH = 3
_MOST_TOKENS = 100_000
# What looks like a secret, whoever made it.
_LIKELY = (
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"), REMOVED),  # a JSON Web Token
    (re.compile(r"(?i)\b(Bearer|Basic) [\w+/.~=-]{8,}"), rf"\1 {REMOVED}"),
    (re.compile(r"(?i)\b((?:AccountKey|SharedAccessKey|sig)=)[\w+/%=-]{8,}"), rf"\1{REMOVED}"),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@*]+@"), rf"\1{REMOVED}@"),
)


class Redaction:
    """Removes some secrets.

    Args:
        secrets: As they are meant, not as they are written somewhere.
    """

    def __init__(self, secrets: Collection[str]) -> None:
        whole = {part for secret in secrets for part in _parts_of(secret)}
        self.secrets = frozenset(whole)
        forms = {form for secret in whole for form in _forms_of(secret)}
        self._long = sorted((form for form in forms if len(form) >= _WORD_LENGTH), key=_longest)
        self._short = _any_word({form for form in forms if len(form) < _WORD_LENGTH})
        self._looked_at: dict[str, bool] = {}
        self._meant = [secret for secret in whole if len(secret) >= _WORD_LENGTH]
        self._meant_short = _any_word({one for one in whole if len(one) < _WORD_LENGTH})

    def remove(self, text: str) -> tuple[str, int]:
        """Return the text without the secrets, and how many were taken out."""
        count = 0
        for form in self._long:
            if form in text:
                count += text.count(form)
                text = text.replace(form, REMOVED)
        text, words = self._short.subn(REMOVED, text)
        count += words
        for token in _tokens(text):
            if self._holds_secret(token):
                count += text.count(token)
                text = text.replace(token, REMOVED)
        for likely, instead in _LIKELY:
            text, found = likely.subn(instead, text)
            count += found
        if self.is_in(text.replace(REMOVED, "")):
            return REMOVED, count + 1  # in a form that cannot be cut out of it
        return text, count

    def is_in(self, text: str) -> bool:
        """Return whether any of the secrets is in a text, in whatever form."""
        return any(
            self._is_plainly_in(view) or any(map(self._holds_secret, _tokens(view)))
            for view in _views(text, _DEPTH)
        )

    def _holds_secret(self, token: str) -> bool:
        """Return whether a word is a secret in another writing; logs repeat their words."""
        found = self._looked_at.get(token)
        if found is None:
            found = any(
                self._is_plainly_in(text)
                or (text.isascii() and text.isprintable() and self.is_in(text))
                for text in _decoded(token)
            )
            if len(self._looked_at) < _MOST_TOKENS:
                self._looked_at[token] = found
        return found

    def _is_plainly_in(self, text: str) -> bool:
        return any(secret in text for secret in self._meant) or bool(self._meant_short.search(text))


def _longest(form: str) -> tuple[int, str]:
    return -len(form), form


def _any_word(words: Collection[str]) -> re.Pattern[str]:
    if not words:
        return re.compile(r"(?!)")
    longest_first = sorted(words, key=_longest)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def _parts_of(secret: str) -> Iterator[str]:
    """Yield a secret, and what in it is secret by itself: a key, a password, a long line."""
    if secret.strip():
        yield secret
        yield secret.strip()
    for find in (_PARTS, _ADDRESS):
        yield from find.findall(secret)
        yield from map(unquote, find.findall(secret))
    lines = secret.splitlines()
    if len(lines) > 1:
        yield from (line.strip() for line in lines if len(line.strip()) >= _LINE_LENGTH)


def _forms_of(secret: str) -> Iterator[str]:
    plain = {secret}
    for escape in (_python_json, _wide_json, _go_json):
        once = escape(secret)
        plain |= {once, escape(once), _python_json(once)}
    plain |= {html.escape(secret), html.escape(secret, quote=False), repr(secret)[1:-1]}
    plain |= {secret.replace("'", "'\\''"), secret.replace("'", "'\"'\"'")}
    for text in tuple(plain):
        yield text
        for form in (quote(text, safe=""), quote(text), quote_plus(text)):
            yield form
            yield re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), form)
            yield quote(form, safe="")
    content = secret.encode(errors="surrogateescape")
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(content).decode()
        yield from (encoded, encoded.rstrip("="), quote(encoded, safe=""))


def _python_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _wide_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _go_json(text: str) -> str:
    """As Terraform writes it."""
    escaped = _wide_json(text)
    for sign in "<>&\u2028\u2029":
        escaped = escaped.replace(sign, f"\\u{ord(sign):04x}")
    return escaped


def _views(text: str, depth: int) -> Iterator[str]:
    """Yield a text, and what it is once it is decoded in every way that changes it."""
    yield text
    if depth == 0:
        return
    undo: tuple[tuple[str, Callable[[str], str]], ...] = (
        ("%", unquote),
        ("+", unquote_plus),
        ("\\", _without_escapes),
        ("&", html.unescape),
        ("'", _without_shell_quotes),
    )
    for sign, decode in undo:
        if sign in text and (decoded := decode(text)) != text:
            yield from _views(decoded, depth - 1)


def _tokens(text: str) -> set[str]:
    """Return the words of a text that may be another writing of something."""
    return {found[0] for find in (_TOKEN, _HEXADECIMAL) for found in find.finditer(text)}


def _without_escapes(text: str) -> str:
    def undo(found: re.Match[str]) -> str:
        if code := found["code"] or found["byte"]:
            return chr(int(code, 16))
        return _SIGNS.get(found["sign"], found["sign"])

    return _JSON_ESCAPE.sub(undo, text)


def _without_shell_quotes(text: str) -> str:
    return text.replace("'\\''", "'").replace("'\"'\"'", "'")


def _decoded(token: str) -> Iterator[str]:
    """Yield what a token may hold, where that is text: base64 from any of its places, or hex."""
    stripped = token.rstrip("=").replace("-", "+").replace("_", "/")
    for start in range(4):
        piece = stripped[start:]
        piece = piece[:-1] if len(piece) % 4 == 1 else piece
        yield base64.b64decode(piece + "=" * (-len(piece) % 4)).decode(errors="replace")
    try:
        yield binascii.unhexlify(token).decode(errors="replace")
    except ValueError:
        return
