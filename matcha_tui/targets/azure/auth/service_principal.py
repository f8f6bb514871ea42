"""A service principal in the environment, and the words for how one can be signed in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class SignInMethod(StrEnum):
    """Where the identity comes from, in the user's words."""

    TERRAFORM_VARIABLES = "service principal of ARM_CLIENT_ID"
    AZURE_VARIABLES = "service principal of AZURE_CLIENT_ID"
    AZURE_CLI = "Azure CLI"
    DEVICE_CODE = "device code"


_VARIABLES = {
    source: {
        "tenant_id": f"{prefix}_TENANT_ID",
        "client_id": f"{prefix}_CLIENT_ID",
        "client_secret": f"{prefix}_CLIENT_SECRET",
        "certificate_path": f"{prefix}_CLIENT_CERTIFICATE_PATH",
        "certificate_password": f"{prefix}_CLIENT_CERTIFICATE_PASSWORD",
    }
    for source, prefix in (
        (SignInMethod.TERRAFORM_VARIABLES, "ARM"),
        (SignInMethod.AZURE_VARIABLES, "AZURE"),
    )
}


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """A service principal's credentials, as the environment gives them.

    Attributes:
        source: Which variables gave them.
        tenant_id: Its tenant.
        client_id: Its application.
        client_secret: Its secret; empty where it has a certificate.
        certificate_path: The file of its certificate and key.
        certificate_password: What opens that file.
    """

    source: SignInMethod
    tenant_id: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    certificate_path: str = ""
    certificate_password: str = field(default="", repr=False)


def find_service_principal(environment: Mapping[str, str]) -> ServicePrincipal | None:
    """Find a service principal whose variables are all set."""
    for source, names in _VARIABLES.items():
        values = {field_name: environment.get(name, "") for field_name, name in names.items()}
        has_proof = values["client_secret"] or values["certificate_path"]
        if values["tenant_id"] and values["client_id"] and has_proof:
            return ServicePrincipal(source, **values)
    return None
