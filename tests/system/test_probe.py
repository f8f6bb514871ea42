"""One question to a server that may do whatever it likes: the answer is always a finding."""

import socket
import ssl
import subprocess
import sys

import pytest
import trustme
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matcha_tui.system.probe import Question, find_problem
from tests.rude_server import Talk, forever, redirect, says, serving

EXPECTED = "all is well"
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nall is well"
SECONDS = 20.0
SHORT = 0.5


def ask(url: str, seconds: float = SECONDS) -> str | None:
    return find_problem(Question(url, EXPECTED, seconds, ("ada", "s3cret")))


def test_the_expected_answer_is_no_problem():
    with serving(says(GOOD)) as server:
        assert ask(server.url) is None
        assert b"Authorization: Basic YWRhOnMzY3JldA==\r\n" in server.requests[0]
        assert f"Host: 127.0.0.1:{server.port}\r\n".encode() in server.requests[0]


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
MISBEHAVIOURS = {
    "garbage for a status line": (says(b"\x00\x1b[31mgarbage\r\n\r\n"), "not valid HTTP"),
    "another protocol": (says(b"SSH-2.0-OpenSSH_9.9\r\n"), "not valid HTTP"),
    "a status that is no number": (says(b"HTTP/1.1 abc OK\r\n\r\n"), "not valid HTTP"),
    "closed at once": (says(), "closes the connection without an answer"),
    "closed within the headers": (says(b"HTTP/1.1 200 OK\r\nContent-"), "another program"),
    "a short body": (says(GOOD[:-4]), "breaks off"),
    "a short chunk": (says(CHUNKED + b"ff\r\nall is well"), "breaks off"),
    "chunks of no size": (says(CHUNKED + b"zz\r\nall is well\r\n"), "breaks off"),
    "an endless header": (forever(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 4096), "not valid HTTP"),
    "endless headers": (forever(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"), "not valid HTTP"),
    "garbage that is said to be gzip": (
        says(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\0\0"),
        "another program answers there",
    ),
    "another answer": (says(GOOD.replace(b"well", b"hell")), "another program answers there"),
    "a failure": (says(GOOD.replace(b"200 OK", b"503 No")), "it answers with HTTP status 503"),
    "a redirect to nowhere": (redirect("http://[broken/"), "not valid HTTP"),
    "a redirect to another scheme": (redirect("file:///etc/passwd"), "redirects to another"),
    "a redirect in a circle": (redirect("/health"), "redirects in a circle"),
}


@pytest.mark.parametrize(("talk", "problem"), MISBEHAVIOURS.values(), ids=MISBEHAVIOURS)
def test_whatever_a_server_does_is_a_finding(talk: Talk, problem: str):
    with serving(talk) as server:
        found = ask(server.url)
    assert found is not None
    assert problem in found
    assert found.isprintable()


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(answer=st.binary(max_size=200), is_http=st.booleans())
def test_no_bytes_at_all_raise(answer: bytes, is_http: bool):
    with serving(says(b"HTTP/1.1 200 OK\r\n" * is_http + answer)) as server:
        found = ask(server.url)
    assert found is None or found.isprintable()


DRIPS = {
    "the status line": forever(b"", b"H", 0.05),
    "the headers": forever(b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.05),
    "interim answers": forever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
    "the body": forever(b"HTTP/1.1 200 OK\r\n\r\n", b"x", 0.05),
    "chunks": forever(CHUNKED, b"1\r\nx\r\n", 0.05),
}


@pytest.mark.parametrize("talk", DRIPS.values(), ids=DRIPS)
def test_a_server_that_drips_is_left_when_the_time_is_over(talk: Talk):
    with serving(talk) as server:
        assert ask(server.url, SHORT) == "no answer within 0.5 s"
        assert server.ended.acquire(timeout=SECONDS), "the connection is still open"


def test_a_handshake_that_never_ends_is_left_as_well():
    with serving(forever(b"", b"\x16", 0.05)) as server:
        server.listens = False
        assert ask(server.url.replace("http:", "https:"), SHORT) is not None
        assert server.ended.acquire(timeout=SECONDS), "the connection is still open"


def test_of_an_endless_body_the_beginning_is_enough():
    with serving(forever(b"HTTP/1.1 200 OK\r\n\r\nall is well", b"x" * 4096)) as server:
        assert ask(server.url) is None


def test_credentials_go_nowhere_else():
    with serving(says(GOOD)) as other, serving(redirect(other.url)) as server:
        found = ask(server.url)
        assert found == "it redirects to another server (HTTP status 302)"
        assert other.requests == []
    with serving(says(GOOD)) as other, serving(redirect(f"//localhost:{other.port}/")) as server:
        assert ask(server.url) == "it redirects to another server (HTTP status 302)"
        assert other.requests == []


def test_a_redirect_within_the_server_is_followed():
    answers = [redirect("/health/?ready", 308), says(GOOD)]
    with serving(lambda connection: answers.pop(0)(connection)) as server:
        assert ask(server.url) is None
        assert server.requests[1].startswith(b"GET /health/?ready HTTP/1.1\r\n")


def test_a_certificate_that_nobody_vouches_for_is_a_finding():
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serving(says(GOOD), context) as server:
        found = ask(server.url)
        assert found is not None
        assert found.startswith("its certificate is not trusted: ")
        assert server.requests == []


def test_a_trusted_certificate_must_bear_the_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
):
    authority = trustme.CA()
    file = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    for name, is_right in (("127.0.0.1", True), ("example.org", False)):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(context)
        with serving(says(GOOD), context) as server:
            found = ask(server.url)
            assert (found is None) is is_right, found


def test_an_address_where_nobody_is_is_a_finding():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert ask(f"http://127.0.0.1:{port}/") == "nothing listens there"
    assert ask("http://no-such-host.invalid/") == "its name cannot be resolved"
    for url in (
        "mailto:ada@example.org",
        "http:///",
        "http://a b/",
        "http://h:99999/",
        "http://[/",
    ):
        assert ask(url) is not None


def test_a_proxy_is_used_for_what_is_not_here_and_gets_no_credentials_of_others(
    monkeypatch: pytest.MonkeyPatch,
):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with serving(says(b"HTTP/1.1 403 No\r\n\r\n")) as proxy:
        address = f"http://bob:pa%20ss@127.0.0.1:{proxy.port}"
        monkeypatch.setenv("https_proxy", address)
        monkeypatch.setenv("http_proxy", address)
        question = Question(
            "https://far.invalid/health", EXPECTED, SECONDS, ("ada", "s3cret"), True
        )
        assert find_problem(question) is not None
        assert proxy.requests[0].startswith(b"CONNECT far.invalid:443 HTTP/1.")
        assert b"Basic Ym9iOnBhIHNz" in proxy.requests[0]
        assert b"\r\nAuthorization" not in proxy.requests[0]
        question = Question("http://far.invalid/health?a=b", EXPECTED, SECONDS, None, True)
        assert find_problem(question) == "it answers with HTTP status 403"
        assert proxy.requests[1].startswith(b"GET http://far.invalid/health?a=b HTTP/1.1\r\n")
        with serving(says(GOOD)) as server:
            assert ask(server.url) is None, "a service on this machine is asked directly"


def test_credentials_are_in_no_representation():
    assert "s3cret" not in repr(Question("http://h/", "", 1.0, ("ada", "s3cret")))


def test_a_local_check_imports_nothing_slow():
    program = "import sys, matcha_tui.services.health; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"requests", "urllib3", "urllib.request"} & set(loaded)
