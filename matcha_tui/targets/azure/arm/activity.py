"""Who has changed resources, by Azure's activity log, which has the last 90 days.

The API is that of Azure Monitor's activity logs (Microsoft.Insights/eventtypes/management).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from matcha_tui.errors import MatchaError
from matcha_tui.targets.azure.arm.resource_manager import Json, ResourceManager
from matcha_tui.targets.azure.auth.account import sign_in
from matcha_tui.targets.azure.settings import AzureSettings

_KEPT = timedelta(days=89)
_CHANGES = ("/write", "/delete", "/action")
_MOST = 20


def ask_changers(settings: AzureSettings, resource_ids: Sequence[str]) -> dict[str, str]:
    """Do as `find_changers` for a project; nobody is named where the log cannot be read."""
    on_azure = [one for one in resource_ids if one.lower().startswith("/subscriptions/")]
    if not on_azure:
        return {}
    try:
        with ResourceManager(sign_in(tenant_id=settings.tenant_id)) as manager:
            return find_changers(manager, settings.subscription_id, on_azure, datetime.now(UTC))
    except MatchaError:
        return {}


def find_changers(
    manager: ResourceManager, subscription_id: str, resource_ids: Sequence[str], now: datetime
) -> dict[str, str]:
    """Return the last change of the first twenty: ``by ada@example.com, 2026-12-01 10:04``."""
    log = f"/subscriptions/{subscription_id}/providers/Microsoft.Insights/eventtypes/management"
    since = (now - _KEPT).strftime("%Y-%m-%dT%H:%M:%SZ")
    found: dict[str, str] = {}
    for resource_id in resource_ids[:_MOST]:
        asked = f"eventTimestamp ge '{since}' and resourceUri eq '{resource_id}'"
        query = {"$filter": asked, "$select": "caller,eventTimestamp,operationName"}
        if newest := _newest(manager.pages(f"{log}/values", query)):
            found[resource_id] = newest
    return found


def _newest(events: Iterable[Json]) -> str:
    changes = [
        (str(event.get("eventTimestamp", "")), str(event["caller"]))
        for event in events
        if event.get("caller")
        and isinstance(name := event.get("operationName"), dict)
        and str(name.get("value", "")).lower().endswith(_CHANGES)
    ]
    if not changes:
        return ""
    when, who = max(changes)
    try:
        local = datetime.fromisoformat(when).replace(tzinfo=UTC).astimezone()
    except ValueError:
        return f"by {who}"
    return f"by {who}, {local:%Y-%m-%d %H:%M}"
