"""Tokens as Microsoft Entra ID makes them, apart from the signature, which says "test"."""

import base64
import json
import time
from typing import Any

TENANT = "11111111-1111-1111-1111-111111111111"
OTHER_TENANT = "22222222-2222-2222-2222-222222222222"
CLIENT = "33333333-3333-3333-3333-333333333333"
SECRET = "s3cret-of-the-client"
USER_OBJECT = "44444444-4444-4444-4444-444444444444"
CLIENT_OBJECT = "55555555-5555-5555-5555-555555555555"
STORAGE_AUDIENCE = "https://storage.azure.com"

USER_CLAIMS = {"oid": USER_OBJECT, "upn": "ada@example.com", "name": "Ada", "scp": "user"}
CLIENT_CLAIMS = {
    "oid": CLIENT_OBJECT,
    "appid": CLIENT,
    "app_displayname": "builder",
    "idtyp": "app",
}

_SIGNATURE = "dGVzdA"


def encode(part: object) -> str:
    """Base64 as tokens have it: of JSON, without padding."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def make_token(
    audience: str, claims: dict[str, str], tenant: str = TENANT, lifetime: int = 3600
) -> str:
    """An access token that this server, and Azurite, take."""
    now = int(time.time())
    payload = {
        "aud": audience,
        "iss": f"https://sts.windows.net/{tenant}/",
        "iat": now - 60,
        "nbf": now - 60,
        "exp": now + lifetime,
        "tid": tenant,
        "sub": claims["oid"],
        **claims,
    }
    return f"{encode({'typ': 'JWT', 'alg': 'RS256'})}.{encode(payload)}.{_SIGNATURE}"


def read_token(authorization: str) -> dict[str, Any] | None:
    """The claims of a token that is ours; ``None`` for any other."""
    parts = authorization.removeprefix("Bearer ").split(".")
    if len(parts) != 3 or parts[2] != _SIGNATURE:
        return None
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    return dict(json.loads(base64.urlsafe_b64decode(padded)))
