"""Microsoft Entra ID: discovery, client secrets, device codes."""

import time
from collections import deque
from dataclasses import dataclass, field

from tests.azure_cloud import tokens
from tests.azure_cloud.messages import Answer, Request

# learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
_DEVICE_REFUSALS = {
    "pending": ("authorization_pending", "AADSTS70016: OAuth 2.0 device flow error. Pending."),
    "declined": ("authorization_declined", "AADSTS70018: The user declined."),
    "expired": ("expired_token", "AADSTS70020: The provided value for 'device_code' expired."),
}


@dataclass(slots=True)
class Login:
    """Who may sign in.

    Attributes:
        refusal: What every sign-in is refused with: ``AADSTS50076: …``; empty for none.
        device: What polls for a device code are told; the last one for ever.
        lifetime: Of tokens, in seconds.
        secrets: The client secrets, by client.
        device_scope: What the last device code was asked for.
    """

    refusal: str = ""
    device: deque[str] = field(default_factory=lambda: deque(["granted"]))
    lifetime: int = 3600
    secrets: dict[str, str] = field(default_factory=lambda: {tokens.CLIENT: tokens.SECRET})

    device_scope: str = ""

    def answer(self, request: Request, server: str) -> Answer | None:
        """The answer to a request for one of Entra's paths; ``None`` for any other."""
        tenant, _, rest = request.path.strip("/").partition("/")
        match rest:
            case "v2.0/.well-known/openid-configuration":
                return Answer(content=_configuration(server, tenant))
            case "discovery/instance":
                return Answer(content=_instances(server, tenant))
            case "oauth2/v2.0/devicecode":
                self.device_scope = request.form["scope"]
                return Answer(content=_device_code(server))
            case "oauth2/v2.0/token":
                return self._token(request, server, tenant)
        return None

    def _token(self, request: Request, server: str, tenant: str) -> Answer:
        form = request.form
        if self.refusal:
            return _refuse("invalid_grant", self.refusal)
        client = form.get("client_id", "")
        if form.get("grant_type") == "client_credentials":
            if client not in self.secrets:
                return _refuse("unauthorized_client", f"AADSTS700016: Application {client} ...")
            is_proven = form.get("client_secret") == self.secrets[client]
            if not (is_proven or form.get("client_assertion")):
                return _refuse("invalid_client", "AADSTS7000215: Invalid client secret provided.")
            return self._grant(form, server, tenant, tokens.CLIENT_CLAIMS)
        outcome = self.device.popleft() if len(self.device) > 1 else self.device[0]
        if outcome in _DEVICE_REFUSALS:
            return _refuse(*_DEVICE_REFUSALS[outcome])
        return self._grant(form, server, tokens.TENANT, tokens.USER_CLAIMS)

    def _grant(
        self, form: dict[str, str], server: str, tenant: str, claims: dict[str, str]
    ) -> Answer:
        scope = (form.get("scope") or self.device_scope).split()[0]
        audience = scope.removesuffix("/.default").rstrip("/")
        content = {
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "ext_expires_in": self.lifetime,
            "access_token": tokens.make_token(audience, claims, tenant, self.lifetime),
        }
        if form.get("grant_type") != "client_credentials":
            now = int(time.time())
            identity = {
                "aud": form["client_id"],
                "iss": f"{server}/{tenant}/v2.0",
                "iat": now,
                "exp": now + self.lifetime,
                "sub": claims["oid"],
                "tid": tenant,
                "preferred_username": claims["upn"],
                **claims,
            }
            content["id_token"] = f"{tokens.encode({'alg': 'none'})}.{tokens.encode(identity)}."
            content["refresh_token"] = "a-refresh-token"
            content["scope"] = self.device_scope
        return Answer(content=content)


def _refuse(error: str, description: str) -> Answer:
    return Answer(
        401 if error == "invalid_client" else 400,
        {
            "error": error,
            "error_description": f"{description} Trace ID: 0 Correlation ID: 0 Timestamp: 0",
        },
    )


def _configuration(server: str, tenant: str) -> dict[str, str]:
    base = f"{server}/{tenant}"
    return {
        "issuer": f"{base}/v2.0",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
    }


def _instances(server: str, tenant: str) -> dict[str, str]:
    return {"tenant_discovery_endpoint": f"{server}/{tenant}/v2.0/.well-known/openid-configuration"}


def _device_code(server: str) -> dict[str, object]:
    return {
        "user_code": "ABCD1234",
        "device_code": "a-device-code",
        "verification_uri": f"{server}/devicelogin",
        "expires_in": 900,
        "interval": 1,
        "message": "To sign in, …",
    }
