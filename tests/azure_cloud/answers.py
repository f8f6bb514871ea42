"""What Azure Resource Manager answers from tables: `*` stands for one part of a path.

A list is answered in pages; anything else as it is. Tests change their server's copy.
"""

from typing import Any

from tests.azure_cloud.tokens import OTHER_TENANT, TENANT

SUBSCRIPTION = "00000000-aaaa-bbbb-cccc-000000000001"
DISABLED_SUBSCRIPTION = "00000000-aaaa-bbbb-cccc-000000000002"

_S = "/subscriptions/*"
_COMPUTE = f"{_S}/providers/Microsoft.Compute"


def _subscription(subscription_id: str, name: str, state: str) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{subscription_id}",
        "subscriptionId": subscription_id,
        "tenantId": TENANT,
        "displayName": name,
        "state": state,
        "subscriptionPolicies": {"spendingLimit": "Off"},
    }


def _location(name: str, title: str) -> dict[str, Any]:
    return {
        "id": f"/subscriptions/{SUBSCRIPTION}/locations/{name}",
        "name": name,
        "displayName": title,
        "latitude": "0",
        "longitude": "0",
    }


def usage(name: str, title: str, used: int, limit: int) -> dict[str, Any]:
    """A quota, of vCPUs or of anything else."""
    return {
        "name": {"value": name, "localizedValue": title},
        "currentValue": used,
        "limit": limit,
        "unit": "Count",
    }


def size(
    name: str,
    family: str,
    locations: tuple[str, ...] = ("westeurope",),
    *,
    vcpus: int = 4,
    memory_gb: float = 16,
    restricted: tuple[str, ...] = (),
    **capabilities: str,
) -> list[dict[str, Any]]:
    """A size of machines as the SKUs API lists it: an object a region."""
    return [
        {
            "resourceType": "virtualMachines",
            "name": name,
            "family": family,
            "locations": [location],
            "capabilities": [
                {"name": "vCPUs", "value": str(vcpus)},
                {"name": "MemoryGB", "value": str(memory_gb)},
                *({"name": key, "value": value} for key, value in capabilities.items()),
            ],
            "restrictions": [
                {
                    "type": "Location",
                    "values": [location],
                    "restrictionInfo": {"locations": [location]},
                    "reasonCode": "NotAvailableForSubscription",
                }
            ]
            if location in restricted
            else [],
        }
        for location in locations
    ]


def kubernetes(version: str, *, long_term: bool = False, **more: Any) -> dict[str, Any]:
    """A version of Kubernetes as a region offers it."""
    plans = ["AKSLongTermSupport"] if long_term else ["KubernetesOfficial", "AKSLongTermSupport"]
    return {
        "version": version,
        "capabilities": {"supportPlan": plans},
        "patchVersions": {f"{version}.1": {}},
        **more,
    }


SUBSCRIPTIONS = {
    SUBSCRIPTION: _subscription(SUBSCRIPTION, "Research", "Enabled"),
    DISABLED_SUBSCRIPTION: _subscription(DISABLED_SUBSCRIPTION, "An old trial", "Disabled"),
}

ANSWERS: dict[str, Any] = {
    "GET /tenants": [
        {
            "id": f"/tenants/{TENANT}",
            "tenantId": TENANT,
            "displayName": "Contoso",
            "defaultDomain": "contoso.onmicrosoft.com",
        },
        {"id": f"/tenants/{OTHER_TENANT}", "tenantId": OTHER_TENANT},
    ],
    "GET /subscriptions": list(SUBSCRIPTIONS.values()),
    # This list alone comes without pages: its clients follow no link.
    f"GET {_S}/locations": {
        "value": [
            _location("westeurope", "West Europe"),
            _location("northeurope", "North Europe"),
            _location("eastus", "East US"),
        ]
    },
    f"GET {_S}/providers/Microsoft.Authorization/permissions": [
        {"actions": ["*"], "notActions": [], "dataActions": [], "notDataActions": []}
    ],
    f"GET {_COMPUTE}/locations/*/usages": [
        usage("cores", "Total Regional vCPUs", 4, 100),
        usage("standardDSv5Family", "Standard DSv5 Family vCPUs", 0, 50),
    ],
    f"GET {_S}/providers/Microsoft.Network/locations/*/usages": [
        usage("VirtualNetworks", "Virtual Networks", 1, 1000),
        usage("PublicIPAddresses", "Public IP Addresses", 1, 20),
        usage("IPv4StandardSkuPublicIpAddresses", "Public IPv4 Addresses - Standard", 1, 20),
    ],
    f"GET {_COMPUTE}/skus": [
        *size("Standard_D4s_v5", "standardDSv5Family", ("WestEurope", "northeurope")),
        *size("Standard_D8s_v5", "standardDSv5Family", vcpus=8, memory_gb=32),
        *size("Standard_D4as_v5", "standardDASv5Family", restricted=("westeurope",)),
        *size("Standard_D4ps_v5", "standardDPSv5Family", CpuArchitectureType="Arm64"),
        *size("Standard_B4ms", "standardBSFamily"),
        *size("Standard_D2s_v5", "standardDSv5Family", vcpus=2, memory_gb=8),
        *size("Standard_E4s_v5", "standardESv5Family", memory_gb=32),
        *size("Standard_NC4as_T4_v3", "standardNCASv3_T4Family", memory_gb=28),
        {"resourceType": "disks", "name": "Premium_LRS", "locations": ["westeurope"]},
    ],
    f"GET {_S}/providers/Microsoft.Authorization/policyAssignments": [],
    f"GET {_S}/providers/Microsoft.ContainerService/locations/*/kubernetesVersions": {
        "values": [
            kubernetes("1.36", isPreview=True),
            kubernetes("1.35"),
            kubernetes("1.34", isDefault=True),
            kubernetes("1.33"),
            kubernetes("1.30", long_term=True),
        ]
    },
}

NAMESPACES = (
    "Microsoft.Compute",
    "Microsoft.Consumption",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.DBforMySQL",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.Storage",
)
