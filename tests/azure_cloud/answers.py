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


def _usage(name: str, title: str, used: int, limit: int) -> dict[str, Any]:
    return {
        "name": {"value": name, "localizedValue": title},
        "currentValue": used,
        "limit": limit,
        "unit": "Count",
    }


def _size(name: str, family: str, location: str) -> dict[str, Any]:
    return {
        "resourceType": "virtualMachines",
        "name": name,
        "family": family,
        "locations": [location],
        "capabilities": [
            {"name": "vCPUs", "value": "4"},
            {"name": "MemoryGB", "value": "16"},
        ],
        "restrictions": [],
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
        _usage("cores", "Total Regional vCPUs", 4, 100),
        _usage("standardDSv5Family", "Standard DSv5 Family vCPUs", 0, 50),
    ],
    f"GET {_S}/providers/Microsoft.Network/locations/*/usages": [
        _usage("PublicIPAddresses", "Public IP Addresses", 1, 20),
    ],
    f"GET {_COMPUTE}/skus": [
        _size("Standard_D4s_v5", "standardDSv5Family", "westeurope"),
        _size("Standard_D8s_v5", "standardDSv5Family", "westeurope"),
    ],
    f"GET {_S}/providers/Microsoft.ContainerService/locations/*/kubernetesVersions": {
        "values": [
            {"version": "1.35", "isDefault": True, "patchVersions": {"1.35.1": {}}},
            {"version": "1.36", "patchVersions": {"1.36.0": {}}},
        ]
    },
}

NAMESPACES = (
    "Microsoft.Compute",
    "Microsoft.ContainerRegistry",
    "Microsoft.ContainerService",
    "Microsoft.DBforMySQL",
    "Microsoft.ManagedIdentity",
    "Microsoft.Network",
    "Microsoft.Storage",
)
