"""The words of ``tables/computed.toml``: what an attribute decided by the provider consists of."""

import base64
import hashlib
import re
import secrets
import string
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Lookup = Callable[[str], Any]

_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([\w|]+)\}")
_BCRYPT_LETTERS = string.ascii_letters + string.digits + "./"
_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"
_PETS = ("able", "calm", "eager", "fair", "gentle", "keen", "loyal", "otter", "wren", "yak")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a provider knows beside the resource: the account it works for.

    Attributes:
        subscription: Id of the subscription, a UUID.
        tenant: Id of the directory, a UUID.
        certificate: Path of the PEM file with a certificate and its key.
        host: Address of the cluster, where the provider is one for a cluster.
    """

    subscription: str
    tenant: str
    certificate: str
    host: str | None = None


def render(template: str, lookup: Lookup) -> Any:
    """Put values in the place of a template's words.

    Args:
        template: Text with ``{word}`` or ``{word|other}`` in it, ``{{`` and ``}}`` for braces.
        lookup: The value of a word, or ``None``.

    Returns:
        The text; the value itself when the template is a single word; ``None`` when one of
        its words has no value.
    """
    single = re.fullmatch(r"\{([\w|]+)\}", template)
    if single:
        return _first(single[1], lookup)
    values = {
        found[1]: _first(found[1], lookup) for found in _PLACEHOLDER.finditer(template) if found[1]
    }
    if any(value is None for value in values.values()):
        return None
    return _PLACEHOLDER.sub(
        lambda found: str(values[found[1]]) if found[1] else found[0][0], template
    )


def _first(words: str, lookup: Lookup) -> Any:
    for word in words.split("|"):
        value = lookup(word)
        if value not in (None, ""):
            return value
    return None


def region(location: str) -> str:
    """Azure's short name of a region: ``westeurope`` for "West Europe"."""
    return location.replace(" ", "").lower()


class Words:
    """The words that begin with ``_``, for one attribute of one resource.

    Args:
        surroundings: The account.
        seed: What sets this resource apart, so that its computed values stay the same.
        value: Looks up another attribute.
    """

    def __init__(self, surroundings: Surroundings, seed: str, value: Lookup) -> None:
        self._surroundings = surroundings
        self._seed = seed
        self._value = value

    def word(self, name: str, path: str) -> Any:
        """The value of a word, e.g. ``_uuid``, where it is used at `path`."""
        found: Callable[[str], Any] = getattr(self, f"word{name}")
        return found(path)

    def _digest(self, path: str) -> bytes:
        return hashlib.sha256(f"{self._seed}:{path}".encode()).digest()

    def word_subscription(self, path: str) -> str:
        return self._surroundings.subscription

    def word_tenant(self, path: str) -> str:
        return self._surroundings.tenant

    def word_client(self, path: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, "simulated client"))

    def word_object(self, path: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, "simulated user"))

    def word_client_config(self, path: str) -> str:
        """The provider's own form of id for who is signed in."""
        text = (
            f"clientId={self.word_client(path)};objectId={self.word_object(path)};"
            f"subscriptionId={self._surroundings.subscription};tenantId={self._surroundings.tenant}"
        )
        return base64.b64encode(text.encode()).decode()

    def word_group(self, path: str) -> str | None:
        group: str | None = self._value("resource_group_name")
        return group and f"/subscriptions/{self._surroundings.subscription}/resourceGroups/{group}"

    def word_region(self, path: str) -> str | None:
        location: str | None = self._value("location")
        return location and region(location)

    def word_account(self, path: str) -> str | None:
        name: str | None = self._value("storage_account_name")
        return name or _last_part(self._value("storage_account_id"))

    def word_vault(self, path: str) -> str | None:
        return _last_part(self._value("key_vault_id"))

    def word_parent_group(self, path: str) -> str | None:
        parent: str = self._value("user_assigned_identity_id") or self._value("parent_id")
        return parent.split("/")[4]

    def word_uuid(self, path: str) -> str:
        return str(uuid.UUID(bytes=self._digest(path)[:16], version=4))

    def word_hash(self, path: str) -> str:
        return self._digest(path)[:4].hex()

    def word_number(self, path: str) -> str:
        return str(int.from_bytes(self._digest(path)[:3]))

    def word_octet(self, path: str) -> int:
        return self._digest(path)[0] % 250 + 2

    def word_ip_address(self, path: str) -> str:
        """An address of the range that is kept for documentation."""
        return f"203.0.113.{self._digest('address')[0] % 250 + 2}"

    def word_token(self, path: str) -> str:
        return self._digest(path).hex()

    def word_key(self, path: str) -> str:
        if not path.startswith("kube"):
            return base64.b64encode(self._digest(path) * 2).decode()
        return self._pem_block("PRIVATE KEY")

    def word_certificate(self, path: str) -> str:
        return self._pem_block("CERTIFICATE")

    def _pem_block(self, kind: str) -> str:
        with open(self._surroundings.certificate, encoding="ascii") as file:  # noqa: PTH123
            text = file.read()
        begin, end = f"-----BEGIN {kind}-----", f"-----END {kind}-----\n"
        block = begin + text.split(begin)[1].split(end)[0] + end
        return base64.b64encode(block.encode()).decode()

    def word_kubernetes_id(self, path: str) -> str:
        metadata = self._value("metadata")
        if not metadata:
            return kubernetes_manifest_id(self._value("manifest")["value"])
        namespace, name = metadata[0].get("namespace"), metadata[0]["name"]
        return f"{namespace}/{name}" if namespace else str(name)

    def word_random_text(self, path: str) -> str:
        """Letters as the resource's own flags and least numbers ask for."""
        special = self._value("override_special") or _SPECIAL
        kinds = {
            "lower": string.ascii_lowercase,
            "upper": string.ascii_uppercase,
            "numeric": string.digits,
            "special": special,
        }
        allowed = "".join(
            letters for kind, letters in kinds.items() if self._value(kind) is not False
        )
        text = [
            secrets.choice(letters)
            for kind, letters in kinds.items()
            for _ in range(self._value(f"min_{kind}") or 0)
        ]
        text += [secrets.choice(allowed) for _ in range(self._value("length") - len(text))]
        secrets.SystemRandom().shuffle(text)
        return "".join(text)

    def word_bcrypt(self, path: str) -> str:
        """Bcrypt's form; nothing here can tell that it is not the password's own hash."""
        return "$2a$10$" + "".join(secrets.choice(_BCRYPT_LETTERS) for _ in range(53))

    def word_random_hex(self, path: str) -> str:
        return str(self._value("prefix") or "") + secrets.token_hex(self._value("byte_length"))

    def word_random_decimal(self, path: str) -> str:
        return str(self._value("prefix") or "") + str(int.from_bytes(self._random_bytes()))

    def word_random_base64(self, path: str) -> str:
        text = base64.urlsafe_b64encode(self._random_bytes()).decode().rstrip("=")
        return str(self._value("prefix") or "") + text

    def _random_bytes(self) -> bytes:
        return bytes.fromhex(self._value("hex").removeprefix(self._value("prefix") or ""))

    def word_random_uuid(self, path: str) -> str:
        return str(uuid.uuid4())

    def word_random_pet(self, path: str) -> str:
        words = [secrets.choice(_PETS) for _ in range(self._value("length"))]
        prefix = self._value("prefix")
        return str(self._value("separator")).join([prefix, *words] if prefix else words)


def _last_part(identity: str | None) -> str | None:
    return identity and identity.rsplit("/", 1)[1]


def kubernetes_manifest_id(manifest: dict[str, Any]) -> str:
    """The provider's id for a ``kubernetes_manifest``."""
    metadata = manifest["metadata"]
    parts = {
        "apiVersion": manifest["apiVersion"],
        "kind": manifest["kind"],
        "namespace": metadata.get("namespace"),
        "name": metadata["name"],
    }
    return ",".join(f"{name}={value}" for name, value in parts.items() if value)
