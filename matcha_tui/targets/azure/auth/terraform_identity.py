"""Has Terraform act as whoever is signed in, and as nobody else."""

from collections.abc import Mapping
from pathlib import Path

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.system.files import explain_os_errors
from matcha_tui.targets.azure.auth.service_principal import (
    ServicePrincipal,
    SignInMethod,
    find_service_principal,
)

# What azurerm would sign in with, or the backend would use a key of:
# developer.hashicorp.com/terraform/language/backend/azurerm
_TERRAFORM_CREDENTIALS = (
    "ARM_CLIENT_ID",
    "ARM_CLIENT_ID_FILE_PATH",
    "ARM_CLIENT_SECRET",
    "ARM_CLIENT_SECRET_FILE_PATH",
    "ARM_CLIENT_CERTIFICATE",
    "ARM_CLIENT_CERTIFICATE_PATH",
    "ARM_CLIENT_CERTIFICATE_PASSWORD",
    "ARM_OIDC_TOKEN",
    "ARM_OIDC_TOKEN_FILE_PATH",
    "ARM_ACCESS_KEY",
    "ARM_SAS_TOKEN",
)
_TERRAFORM_SWITCHES = (
    "ARM_USE_CLI",
    "ARM_USE_MSI",
    "ARM_USE_OIDC",
    "ARM_USE_AKS_WORKLOAD_IDENTITY",
)


_CHOSEN_BY_USER = tuple(name for name in _TERRAFORM_SWITCHES if name != "ARM_USE_CLI")


def terraform_environment(
    source: SignInMethod,
    principal: ServicePrincipal | None,
    subscription_id: str,
    tenant_id: str,
) -> dict[str, str]:
    """Return the variables that have Terraform act as one identity, and as nobody else.

    Whatever else azurerm could take from the environment is set to nothing: it
    prefers certificates, secrets and managed identities to the Azure CLI, and keys
    to tokens. Secrets travel in these variables only.
    """
    environment = dict.fromkeys(_TERRAFORM_CREDENTIALS, "")
    environment |= dict.fromkeys(_TERRAFORM_SWITCHES, "false")
    environment["ARM_SUBSCRIPTION_ID"] = subscription_id
    environment["ARM_TENANT_ID"] = tenant_id or (principal.tenant_id if principal else "")
    if source is SignInMethod.AZURE_CLI:
        return environment | {"ARM_USE_CLI": "true"}
    if principal is None:
        raise MatchaError(
            "Terraform cannot use a sign-in by device code, which is for looking around only",
            hint="Install the Azure CLI and run `az login`, or set ARM_CLIENT_ID,"
            " ARM_CLIENT_SECRET and ARM_TENANT_ID.",
            exit_code=ExitCode.PREFLIGHT_FAILED,
        )
    environment["ARM_CLIENT_ID"] = principal.client_id
    if principal.client_secret:
        return environment | {"ARM_CLIENT_SECRET": principal.client_secret}
    _check_certificate(Path(principal.certificate_path))
    return environment | {
        "ARM_CLIENT_CERTIFICATE_PATH": principal.certificate_path,
        "ARM_CLIENT_CERTIFICATE_PASSWORD": principal.certificate_password,
    }


def environment_of(
    environment: Mapping[str, str], subscription_id: str, tenant_id: str
) -> dict[str, str]:
    """Return the same for whoever the environment, or else the Azure CLI, signs in.

    This asks nobody. An OpenID or managed identity that the user has chosen for
    Terraform is left to it.
    """
    principal = find_service_principal(environment)
    if principal is None and any(environment.get(name) == "true" for name in _CHOSEN_BY_USER):
        named = {"ARM_SUBSCRIPTION_ID": subscription_id, "ARM_TENANT_ID": tenant_id}
        return {name: value for name, value in named.items() if value}
    source = principal.source if principal else SignInMethod.AZURE_CLI
    return terraform_environment(source, principal, subscription_id, tenant_id)


def _check_certificate(path: Path) -> None:
    with explain_os_errors("read", path):
        is_pem = b"-----BEGIN" in path.read_bytes()
    if is_pem:
        raise MatchaError(
            f"Terraform cannot read the certificate {path}: it is PEM, and PKCS#12 is needed",
            hint="Convert it: openssl pkcs12 -export -in CERTIFICATE.pem -out CERTIFICATE.pfx",
        )
