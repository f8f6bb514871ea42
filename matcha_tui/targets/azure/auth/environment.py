"""Who the environment says is to sign in, and what has Terraform act as them and nobody else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from matcha_tui.errors import MatchaError
from matcha_tui.system.files import explain_os_errors

# What azurerm would sign in with, or the backend would use a key of:
# developer.hashicorp.com/terraform/language/backend/azurerm
_CERTIFICATE = "ARM_CLIENT_CERTIFICATE"
_TERRAFORM_CREDENTIALS = (
    *("ARM_CLIENT_ID", "ARM_CLIENT_ID_FILE_PATH"),
    *("ARM_CLIENT_SECRET", "ARM_CLIENT_SECRET_FILE_PATH"),
    *(_CERTIFICATE, f"{_CERTIFICATE}_PATH", f"{_CERTIFICATE}_PASSWORD"),
    *("ARM_OIDC_TOKEN", "ARM_OIDC_TOKEN_FILE_PATH"),
    *("ARM_ACCESS_KEY", "ARM_SAS_TOKEN"),
)
_CHOSEN_BY_USER = ("ARM_USE_MSI", "ARM_USE_OIDC", "ARM_USE_AKS_WORKLOAD_IDENTITY")
_TERRAFORM_SWITCHES = ("ARM_USE_CLI", *_CHOSEN_BY_USER)


class SignInMethod(StrEnum):
    """Where the identity comes from, in the user's words."""

    TERRAFORM_VARIABLES = "service principal of ARM_CLIENT_ID"
    AZURE_VARIABLES = "service principal of AZURE_CLIENT_ID"
    AZURE_CLI = "Azure CLI"
    DEVICE_CODE = "device code"


_PREFIXES = {SignInMethod.TERRAFORM_VARIABLES: "ARM", SignInMethod.AZURE_VARIABLES: "AZURE"}


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """A service principal's credentials, as the environment gives them."""

    source: SignInMethod  # which variables gave them
    tenant_id: str
    client_id: str
    # Its secret; empty where it has a certificate.
    client_secret: str = field(default="", repr=False)
    certificate_path: str = ""  # the file of its certificate and key
    certificate_password: str = field(default="", repr=False)  # what opens that file


def find_service_principal(environment: Mapping[str, str]) -> ServicePrincipal | None:
    """Find a service principal whose variables are all set."""
    names = ("TENANT_ID", "CLIENT_ID", "CLIENT_SECRET", "CLIENT_CERTIFICATE_PATH")
    for source, prefix in _PREFIXES.items():
        tenant, client, secret, path, password = (
            environment.get(f"{prefix}_{name}", "")
            for name in (*names, "CLIENT_CERTIFICATE_PASSWORD")
        )
        if tenant and client and (secret or path):
            return ServicePrincipal(source, tenant, client, secret, path, password)
    return None


def terraform_environment(
    environment: Mapping[str, str], subscription_id: str, tenant_id: str
) -> dict[str, str]:
    """Return the variables that have Terraform act as who is signed in, and as nobody else.

    This asks nobody. Whatever else azurerm could take from the environment is set to
    nothing: it prefers certificates, secrets and managed identities to the Azure CLI, and
    keys to tokens. An OpenID or managed identity that the user has chosen for Terraform is
    left to it. Secrets travel in these variables only.
    """
    principal = find_service_principal(environment)
    if principal is None and any(environment.get(name) == "true" for name in _CHOSEN_BY_USER):
        named = {"ARM_SUBSCRIPTION_ID": subscription_id, "ARM_TENANT_ID": tenant_id}
        return {name: value for name, value in named.items() if value}
    found = dict.fromkeys(_TERRAFORM_CREDENTIALS, "")
    found |= dict.fromkeys(_TERRAFORM_SWITCHES, "false")
    found["ARM_SUBSCRIPTION_ID"] = subscription_id
    if principal is None:
        return found | {"ARM_TENANT_ID": tenant_id, "ARM_USE_CLI": "true"}
    found["ARM_TENANT_ID"] = tenant_id or principal.tenant_id
    found["ARM_CLIENT_ID"] = principal.client_id
    if principal.client_secret:
        return found | {"ARM_CLIENT_SECRET": principal.client_secret}
    _check_certificate(Path(principal.certificate_path))
    return found | {
        f"{_CERTIFICATE}_PATH": principal.certificate_path,
        f"{_CERTIFICATE}_PASSWORD": principal.certificate_password,
    }


def _check_certificate(path: Path) -> None:
    with explain_os_errors("read", path):
        is_pem = b"-----BEGIN" in path.read_bytes()
    if is_pem:
        raise MatchaError(
            f"Terraform cannot read the certificate {path}: it is PEM, and PKCS#12 is needed",
            hint="Convert it: openssl pkcs12 -export -in CERTIFICATE.pem -out CERTIFICATE.pfx",
        )
