"""Secrets are taken out of a text in every form that logs have, and found where they are left."""

import base64
import html
import json
import re
import shlex
import string
from collections.abc import Callable
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matcha_tui.system.redaction import REMOVED, Redaction

SECRET = "pä55/w+rd&<\"o'\\f> 7é"
_PERCENT = re.compile("%..")
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "json": json.dumps,
    "json within json": lambda secret: json.dumps({"message": json.dumps({"password": secret})}),
    "wide json": lambda secret: json.dumps({"x": [secret]}, ensure_ascii=False),
    "terraform's json": lambda secret: (
        json.dumps(secret, ensure_ascii=False)
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
    ),
    "url": lambda secret: f"mysql://root:{quote(secret, safe='')}@host/db",
    "path of a url": quote,
    "url in small letters": lambda secret: _PERCENT.sub(
        lambda found: found[0].lower(), quote(secret, safe="")
    ),
    "form": lambda secret: urlencode({"name": "ada", "password": secret}),
    "url within a url": lambda secret: quote(quote_plus(secret), safe=""),
    "html": html.escape,
    "shell": shlex.quote,
    "repr": repr,
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 of a url": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    "login": lambda secret: f"X-Auth {base64.b64encode(f'ada:{secret}'.encode()).decode()}",
    "base64 within a word": lambda secret: base64.b64encode(f"u=ab{secret}&".encode()).decode(),
    "hexadecimal": lambda secret: secret.encode().hex(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_taken_out_however_it_is_written(form: str) -> None:
    redaction = Redaction([SECRET, "another-one"])
    text = f"before {FORMS[form](SECRET)} after"
    assert redaction.is_in(text)
    clean, count = redaction.remove(text)
    assert count >= 1
    assert REMOVED in clean
    assert clean.startswith("before ")
    assert clean.endswith(" after")
    assert not redaction.is_in(clean)
    assert SECRET not in clean


_SIGNS = string.ascii_letters + string.digits + string.punctuation + " äé€😀"
_SECRETS = st.text(st.sampled_from(_SIGNS), min_size=1, max_size=30)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=20, deadline=None)
@given(secret=_SECRETS)
@example(secret="********")
@example(secret="%41%42%43%44%45%46")
@example(secret="\\u0041bcdefgh")
def test_any_secret_is_taken_out(form: str, secret: str) -> None:
    redaction = Redaction([secret])
    clean, _ = redaction.remove(f"before {FORMS[form](secret)} after")
    assert not redaction.is_in(clean.replace(REMOVED, ""))


def test_what_is_part_of_a_secret_is_a_secret() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ\n-----END KEY-----\n"
    storage = "AccountName=tea;AccountKey=c2VjcmV0LWtleQ==;EndpointSuffix=x"
    redaction = Redaction([key, storage, "https://ada:in-the-url@index/simple"])
    for text in ("MIIEvQIBADANBgkqhkiG9w0BAQ", "c2VjcmV0LWtleQ==", "user ada, in-the-url"):
        clean, count = redaction.remove(text)
        assert (count, REMOVED in clean) == (1, True)


def test_a_short_secret_is_no_part_of_a_word() -> None:
    redaction = Redaction(["tea"])
    assert redaction.remove("steady team: tea, 'tea'") == (
        f"steady team: {REMOVED}, '{REMOVED}'",
        2,
    )
    assert not redaction.is_in("steady team")


@pytest.mark.parametrize(
    "text",
    [
        "token eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
        "Authorization: Bearer abcdefgh12345678",
        "https://x.blob.core.windows.net/c?sv=1&sig=abcdefgh%2B12345678",
        "fetching https://ada:sesame-open@index/simple",
    ],
)
def test_what_looks_like_a_secret_is_taken_out_though_nobody_knows_it(text: str) -> None:
    clean, count = Redaction([]).remove(text)
    assert count == 1
    assert not any(part in clean for part in ("c2lnbmF0", "abcdefgh", "sesame"))


def test_an_ordinary_line_stays_as_it_is() -> None:
    line = "module.experiment_tracker[0].terraform_data.service: Creation complete after 3s [id=1]"
    assert Redaction([SECRET]).remove(line) == (line, 0)
