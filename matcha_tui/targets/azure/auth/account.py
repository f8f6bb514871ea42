"""Who is signed in to Azure, and how."""

import base64
import json
import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from azure.core.credentials import (
    AccessToken,
    AccessTokenInfo,
    SupportsTokenInfo,
    TokenRequestOptions,
)
from azure.core.exceptions import AzureError
from azure.identity import AzureCliCredential, CertificateCredential, ClientSecretCredential

from matcha_tui.errors import MatchaError
from matcha_tui.system.files import explain_os_errors
from matcha_tui.targets.azure.auth.environment import (
    ServicePrincipal,
    SignInMethod,
    find_service_principal,
)
from matcha_tui.targets.azure.cloud.endpoints import Cloud, find_cloud
from matcha_tui.targets.azure.cloud.failures import explain_error, explain_shape, one_line

_RENEW_SECONDS = 300
_SIGN_IN = "the sign-in to Azure"
_USER_NAMES = ("upn", "preferred_username", "unique_name", "email", "name")


class Kind(StrEnum):
    """What an identity is, in the words of role assignments (``principalType``)."""

    USER = "User"
    SERVICE_PRINCIPAL = "ServicePrincipal"


class CachedCredential:
    """Keeps the tokens of another credential until they are about to expire.

    `AzureCliCredential` keeps none, and starts ``az`` each time that it is asked.
    """

    def __init__(self, credential: SupportsTokenInfo) -> None:
        self._credential = credential
        self._tokens: dict[tuple[str, ...], AccessTokenInfo] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> "CachedCredential":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what the credential keeps open."""
        self._credential.close()

    def get_token(
        self, *scopes: str, claims: str | None = None, tenant_id: str | None = None, **_: Any
    ) -> AccessToken:
        """Return a token, as `azure.core.credentials.TokenCredential` does."""
        options = TokenRequestOptions()
        if claims:
            options["claims"] = claims
        if tenant_id:
            options["tenant_id"] = tenant_id
        found = self.get_token_info(*scopes, options=options)
        return AccessToken(found.token, found.expires_on)

    def get_token_info(
        self, *scopes: str, options: TokenRequestOptions | None = None
    ) -> AccessTokenInfo:
        """Return a token, as `azure.core.credentials.SupportsTokenInfo` does."""
        asked = options or {}
        key = (*scopes, asked.get("tenant_id") or "")
        with self._lock:
            kept = self._tokens.get(key)
            # A claims challenge says that the kept token is not good enough.
            if (
                kept is None
                or asked.get("claims")
                or kept.expires_on - time.time() <= _RENEW_SECONDS
            ):
                kept = self._credential.get_token_info(*scopes, options=options)
                self._tokens[key] = kept
            return kept


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who is signed in."""

    cloud: Cloud
    source: SignInMethod
    name: str  # `ada@example.com`, or the name or ID of a service principal
    object_id: str  # the identity's ID in the tenant, which rights are given to
    tenant_id: str  # the tenant that the sign-in is for
    kind: Kind
    credential: CachedCredential = field(repr=False)  # gives its tokens


def sign_in(
    cloud: Cloud | None = None, *, tenant_id: str = "", environment: Mapping[str, str] = os.environ
) -> Account:
    """Sign in with what is there: a service principal in the environment, else the Azure CLI.

    A service principal that is set but refused is an error, not a reason to go on as another.
    """
    cloud = cloud or find_cloud()
    principal = find_service_principal(environment)
    try:
        if principal is None:
            credential: SupportsTokenInfo = AzureCliCredential(
                tenant_id=tenant_id, process_timeout=cloud.timeouts.command
            )
            return identify(cloud, SignInMethod.AZURE_CLI, credential)
        if tenant_id:
            principal = replace(principal, tenant_id=tenant_id)
        return identify(cloud, principal.source, _credential(cloud, principal))
    except ValueError as error:  # a tenant with a blank in it, a certificate that is none
        raise MatchaError(
            f"{_SIGN_IN} is not possible: {one_line(str(error), 200)}",
            hint="Check the tenant's ID, and ARM_CLIENT_CERTIFICATE_PATH if it is set.",
        ) from error


def identify(cloud: Cloud, source: SignInMethod, credential: SupportsTokenInfo) -> Account:
    """Fetch a first token, and read who it is for."""
    cached = CachedCredential(credential)
    try:
        token = cached.get_token_info(cloud.scope).token
    except (AzureError, OSError) as error:
        raise explain_error(error, f"{_SIGN_IN} ({source})") from error
    claims = read_claims(token)
    is_application = claims.get("idtyp") == "app" or "scp" not in claims
    names = ("app_displayname", "appid") if is_application else _USER_NAMES
    return Account(
        cloud=cloud,
        source=source,
        name=next((str(claims[name]) for name in names if claims.get(name)), str(claims["oid"])),
        object_id=str(claims["oid"]),
        tenant_id=str(claims["tid"]),
        kind=Kind.SERVICE_PRINCIPAL if is_application else Kind.USER,
        credential=cached,
    )


def read_claims(token: str) -> dict[str, Any]:
    """Read what a token says of its owner; it is not verified, because Azure does that."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        if claims["oid"] and claims["tid"]:
            return dict(claims)
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise explain_shape(_SIGN_IN, "its token cannot be read") from error
    raise explain_shape(_SIGN_IN, "its token names nobody")


def sign_in_options(cloud: Cloud) -> dict[str, Any]:
    """Return what azure-identity's credentials need to know of a cloud.

    An authority that Microsoft's directory does not list was told by the cloud's own
    metadata, as Terraform trusts it; asking the directory about it would fail.
    """
    return {
        **cloud.options,
        "authority": cloud.authority,
        "disable_instance_discovery": not cloud.is_known,
    }


def _credential(cloud: Cloud, principal: ServicePrincipal) -> SupportsTokenInfo:
    options = sign_in_options(cloud)
    who = (principal.tenant_id, principal.client_id)
    if principal.client_secret:
        return ClientSecretCredential(*who, principal.client_secret, **options)
    with explain_os_errors("read", Path(principal.certificate_path)):
        return CertificateCredential(
            *who,
            principal.certificate_path,
            password=principal.certificate_password or None,
            **options,
        )
