"""Which requests a service answers, judged by what a browser cannot be made to say."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from matcha_tui.errors import MatchaError
from matcha_tui.services.inside.matcha_guard.rule import (
    HOSTS_VARIABLE,
    HostRule,
    Rejection,
    parse_authority,
    read_rule,
)
from matcha_tui.stack.setting import Setting, SettingType

LOOPBACK = (
    "localhost", "localhost:15001", "LocalHost:1", "localhost.", "localhost.:8000",
    "jupyter.localhost:8888", "127.0.0.1", "127.0.0.1:8000", "127.0.0.1.", "127.8.9.10:1",
    "[::1]", "[::1]:5001", "[0:0:0:0:0:0:0:1]:80",
)  # fmt: skip
FOREIGN = (
    "", " ", "evil.example", "evil.example:8000", "localhost.evil.example",
    "localhost-evil.example", "127.0.0.1.evil.example", "127.evil.example", "evil.example.",
    "notlocalhost", ".localhost",
    "localhost..", "localhost@evil.example", "evil.example@localhost", "localhost:80@evil.example",
    "localhost#.evil.example", "localhost/evil", "localhost,evil.example", "localhost evil.example",
    "localhost:", "localhost:65536", "localhost:8000:8000", "localhost:x", "localhost\x00",
    "locаlhost", "128.0.0.1", "0.0.0.0", "10.0.0.1", "2130706433", "0x7f.0.0.1",  # noqa: RUF001
    "127.1", "0127.0.0.1", "127.0.0.1.1", "[::]", "[::2]", "[fe80::1%lo]", "[::1", "::1",
    "[::1].evil.example", "[::ffff:127.0.0.1]", "[127.0.0.1]", "null", "*",
)  # fmt: skip
RULE = HostRule(setting="deployer.allowed_hosts")
NAMES = st.from_regex(r"([a-z0-9_-]{1,8}\.){0,3}[a-z0-9_-]{1,8}", fullmatch=True)
HOSTS = Setting("allowed_hosts", SettingType.HOSTS, "Further names.", "")


def judge(*headers: tuple[str, str], rule: HostRule = RULE) -> Rejection | None:
    return rule.find_refusal([(name.encode(), text.encode()) for name, text in headers])


@pytest.mark.parametrize("name", LOOPBACK)
def test_a_name_of_this_machine_is_answered_at_any_port(name: str):
    assert judge(("host", name)) is None
    for scheme in ("http", "https", "HTTP"):
        assert judge(("host", "127.0.0.1:8000"), ("origin", f"{scheme}://{name}")) is None


@pytest.mark.parametrize("name", FOREIGN)
def test_any_other_name_is_refused_and_the_setting_named(name: str):
    as_host = judge(("host", name))
    as_origin = judge(("host", "localhost"), ("origin", f"http://{name}"))
    for refusal in (as_host, as_origin):
        assert refusal is not None
        assert refusal.status == 403
        assert "--set deployer.allowed_hosts=NAME" in refusal.reason


@pytest.mark.parametrize(
    "origin", ["null", "", "localhost", "file://", "file://localhost", "ftp://localhost",
               "http:localhost", "http://localhost/", "http://localhost http://evil.example"]
)  # fmt: skip
def test_an_origin_that_is_no_page_of_this_machine_is_refused(origin: str):
    assert judge(("host", "localhost"), ("origin", origin)) is not None


def test_one_host_is_needed_and_every_origin_counts():
    assert judge() == Rejection(400, "A request needs one Host header, and this has 0.")
    twice = judge(("host", "localhost"), ("host", "localhost"))
    assert twice == Rejection(400, "A request needs one Host header, and this has 2.")
    both = (("origin", "http://localhost"), ("origin", "http://evil.example"))
    assert judge(("host", "localhost"), *both) is not None


def test_further_names_are_those_of_the_setting():
    rule = read_rule({HOSTS_VARIABLE: "tea.example,cups.example:8443,10.0.0.5,[fd00::1]:80"})
    for host in ("TEA.example", "tea.example:1", "cups.example:8443", "10.0.0.5:9", "[fd00:0::1]"):
        assert judge(("host", host), rule=rule) is None, host
    for host in ("green.tea.example", "cups.example", "cups.example:1", "[fd00::1]:81"):
        assert judge(("host", host), rule=rule) is not None, host
    assert judge(("host", "localhost"), ("origin", "https://tea.example"), rule=rule) is None
    assert judge(("host", "localhost"), ("origin", "http://[fd00::1]"), rule=rule) is None
    assert judge(("host", "localhost"), ("origin", "https://[fd00::1]"), rule=rule) is not None


@given(NAMES)
@example("localhost.evil.example")
@example("127.0.0.1")
def test_of_all_names_only_loopback_ones_are_answered(name: str):
    is_loopback = name.split(".")[-1] == "localhost" or name.startswith("127.")
    if judge(("host", name)) is None:
        assert is_loopback


@given(st.text())
def test_whatever_is_sent_is_judged(text: str):
    authority = parse_authority(text)
    refusal = judge(("host", text.encode("utf-8", "replace").decode()), ("origin", "null"))
    assert refusal is not None
    assert refusal.reason.isprintable()
    assert authority is None or authority.host == authority.host.lower()


@given(st.lists(st.tuples(NAMES, st.none() | st.integers(1, 65535)), max_size=4))
def test_what_the_setting_takes_the_rule_allows(entries: list[tuple[str, int | None]]):
    names = [f"{name}:{port}" if port else name for name, port in entries]
    value = HOSTS.check(names)
    assert HOSTS.parse(" , ".join(names)) == value
    rule = read_rule({HOSTS_VARIABLE: str(value)})
    for name in names:
        assert judge(("host", name), rule=rule) is None


@pytest.mark.parametrize(
    "text", ["*", "*.example", "a.example/x", "http://a.example", "a b", "a.example:0", "a..b",
             "a.example:65536", "[::g]", "[::::]", "me@a.example", "tea.example,*", "tée.example"]
)  # fmt: skip
def test_the_setting_takes_nothing_that_names_no_host(text: str):
    for read in (HOSTS.parse, HOSTS.check):
        with pytest.raises(MatchaError, match="allowed_hosts must be names of hosts"):
            read(text)
    with pytest.raises(MatchaError, match="allowed_hosts must be"):
        HOSTS.check([text])


def test_the_setting_is_a_list_or_a_text_and_both_are_one():
    assert HOSTS.check(["Tea.example", "10.0.0.5:80"]) == "tea.example,10.0.0.5:80"
    assert HOSTS.check(" tea.example , 10.0.0.5:80,") == "tea.example,10.0.0.5:80"
    assert HOSTS.check([]) == HOSTS.parse("") == ""
    with pytest.raises(MatchaError, match="allowed_hosts must be"):
        HOSTS.check(5)
    with pytest.raises(MatchaError, match="allowed_hosts must be"):
        HOSTS.check([["tea.example"]])
