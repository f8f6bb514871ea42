"""Which requests a service answers: those that name this machine as their host and origin.

A page can make a browser send requests to this machine, but it cannot choose two headers:
``Host`` holds the name by which the page reached us (its own, after DNS rebinding), and
``Origin`` the name that the page came from.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

HOSTS_VARIABLE = "MATCHA_GUARD_HOSTS"
"""Further names, as in the setting: ``models.example:8080,other.example``."""

SETTING_VARIABLE = "MATCHA_GUARD_SETTING"
"""What the setting is called, for the message: ``deployer.allowed_hosts``."""

_AUTHORITY = re.compile(
    r"(?:\[(?P<v6>[0-9a-f:.]{2,45})\]|(?P<name>(?:[a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63})\.?)"
    r"(?::(?P<port>[0-9]{1,5}))?",
    re.ASCII | re.IGNORECASE,
)
_ORIGIN_SCHEMES = {"http": 80, "https": 443}
_LAST_PORT = 65535
_SETTING = "allowed_hosts"
_SHOWN = 100  # of what a stranger sent


@dataclass(frozen=True, slots=True)
class Authority:
    """A host and, where one is named, a port."""

    host: str
    port: int | None

    @property
    def is_loopback(self) -> bool:
        """Whether no name server and no network can make it another machine."""
        if self.host == "localhost" or self.host.endswith(".localhost"):  # RFC 6761
            return True
        if self.host == "::1":
            return True
        address = _v4(self.host)
        return address is not None and address.is_loopback


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a request is not answered."""

    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class HostRule:
    """Loopback names at any port, and further names.

    Attributes:
        further: One without a port is allowed at every port.
        setting: What allows more names.
    """

    further: tuple[Authority, ...] = ()
    setting: str = _SETTING

    def find_refusal(self, headers: Iterable[tuple[bytes, bytes]]) -> Rejection | None:
        """Judge a request by its headers, whose names are in lower case."""
        hosts, origins = [], []
        for name, value in headers:
            if name == b"host":
                hosts.append(_text(value))
            elif name == b"origin":
                origins.append(_text(value))
        if len(hosts) != 1:
            return Rejection(400, f"A request needs one Host header, and this has {len(hosts)}.")
        if not self._allows(parse_authority(hosts[0]), tuple(_ORIGIN_SCHEMES.values())):
            return self._refuse("Host", hosts[0])
        for origin in origins:
            scheme, _, rest = origin.partition("://")
            default = _ORIGIN_SCHEMES.get(scheme.lower())
            if default is None or not self._allows(parse_authority(rest), (default,)):
                return self._refuse("Origin", origin)
        return None

    def _allows(self, authority: Authority | None, default_ports: tuple[int, ...]) -> bool:
        if authority is None:
            return False
        if authority.is_loopback:
            return True
        ports = default_ports if authority.port is None else (authority.port,)
        return any(
            authority.host == allowed.host and (allowed.port is None or allowed.port in ports)
            for allowed in self.further
        )

    def _refuse(self, header: str, value: str) -> Rejection:
        return Rejection(
            403,
            f"The {header} header is {value[:_SHOWN]!a}, which does not name this machine; "
            "a web page may have sent this request. Names of your own are allowed with the "
            f"setting {self.setting}: matcha provision --set {self.setting}=NAME",
        )


def read_rule(variables: Mapping[str, str]) -> HostRule:
    """Return the rule that a service's environment asks for."""
    further = []
    for name in filter(None, variables.get(HOSTS_VARIABLE, "").split(",")):
        authority = parse_authority(name)
        if authority is None:
            raise ValueError(f"{HOSTS_VARIABLE} has {name!r}, which is no host name")
        further.append(authority)
    return HostRule(tuple(further), variables.get(SETTING_VARIABLE, _SETTING))


def parse_authority(text: str) -> Authority | None:
    """Read ``name``, ``name:port`` or ``[address]:port``; anything else is ``None``."""
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        return None
    port = int(match["port"]) if match["port"] else None
    if port is not None and port > _LAST_PORT:
        return None
    if match["name"]:
        return Authority(match["name"].lower(), port)
    try:
        return Authority(str(IPv6Address(match["v6"])), port)
    except AddressValueError:
        return None


def _v4(host: str) -> IPv4Address | None:
    try:
        return IPv4Address(host)
    except AddressValueError:
        return None


def _text(value: bytes) -> str:
    return value.decode("latin-1").strip(" \t")
