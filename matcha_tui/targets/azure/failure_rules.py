"""What Azure's error codes mean: rules in order, of which the first that matches counts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of refusal means.

    Attributes:
        pattern: A regular expression; its named groups can be used in the sentences.
        meaning: One sentence, without a full stop.
        next_step: What to do about it.
    """

    pattern: str
    meaning: str
    next_step: str


_LOG_IN = "Run: az login"
_WAIT = "Wait a few minutes, then run the same command again."
_OTHER_NAME = "Choose another prefix: the name is derived from it."

# Codes of Microsoft Entra ID: learn.microsoft.com/entra/identity-platform/reference-error-codes
SIGN_IN_RULES = (
    Rule(
        r"(?P<command>az login --claims-challenge \S+(?: --tenant \S+)?(?: --scope \S+)?)",
        "Azure asks for a fresh sign-in, with a further proof of who you are",
        "Run: {command}",
    ),
    Rule(
        r"Interactive authentication is required",
        "your sign-in by device code has ended",
        "Sign in again.",
    ),
    Rule(
        r"Azure CLI not found on path",
        "nobody is signed in to Azure: the Azure CLI (az) is not installed,"
        " and no service principal is set",
        "Install the Azure CLI and run `az login`, or set ARM_CLIENT_ID, ARM_CLIENT_SECRET"
        " and ARM_TENANT_ID.",
    ),
    Rule(r"Please run 'az login'", "nobody is signed in to the Azure CLI", _LOG_IN),
    Rule(
        r"Failed to (?:invoke the Azure CLI|execute)",
        "the Azure CLI (az) did not answer",
        "Run `az account show` to see why, then try again.",
    ),
    Rule(
        r"AADSTS(?:700082|70043|50173|700084|70008)\b",
        "your sign-in to Azure has expired ({code})",
        _LOG_IN,
    ),
    Rule(
        r"AADSTS(?:50076|50079|50158|50074|50072)\b",
        "Azure asks for multi-factor authentication, which your sign-in lacks ({code})",
        "Run: az login --tenant TENANT --scope https://management.core.windows.net//.default",
    ),
    Rule(
        r"AADSTS(?:50020|90072|700003|50128|90002|900023)\b",
        "your account does not belong to this tenant, or there is no such tenant ({code})",
        "Run `az login --tenant TENANT` with the tenant of your subscription.",
    ),
    Rule(
        r"AADSTS7000215\b",
        "the client secret of the service principal is wrong ({code})",
        "Set ARM_CLIENT_SECRET to the secret's value, not to its ID.",
    ),
    Rule(
        r"AADSTS7000222\b",
        "the client secret of the service principal has expired ({code})",
        "Make a new one: az ad app credential reset --id CLIENT_ID",
    ),
    Rule(
        r"AADSTS(?:700016|7000229)\b",
        "the service principal does not exist in this tenant ({code})",
        "Check ARM_CLIENT_ID and ARM_TENANT_ID.",
    ),
    Rule(
        r"AADSTS(?:53003|53000|53001|530003|50105)\b",
        "a rule of your organisation does not let you sign in from here ({code})",
        "Ask the administrators of your tenant, and name that code.",
    ),
    Rule(
        r"AADSTS70020\b|expired_token|[Cc]ode (?:has )?expired|Timed out waiting for user",
        "the device code ran out before it was entered",
        "Ask for a new one, and enter it within 15 minutes.",
    ),
    Rule(
        r"authorization_declined|access_denied|AADSTS(?:70018|65004)\b",
        "the sign-in was declined",
        "Ask for a new code if that was not meant.",
    ),
)
OTHER_SIGN_IN = Rule("", "the sign-in to Azure failed: {text}", "Run: az login --tenant TENANT")

# Codes of Azure Resource Manager:
# learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
CODE_RULES = (
    Rule(
        r"^InvalidAuthenticationTokenTenant\b.*must match (?:the|one of the) tenants?"
        r" 'https://[^/']+/(?P<tenant>[\w.-]+)",
        "you are signed in to another tenant than the subscription's, {tenant} ({code})",
        "Run: az login --tenant {tenant}",
    ),
    Rule(
        r"^InvalidAuthenticationTokenTenant\b",
        "you are signed in to another tenant than the subscription's ({code})",
        "Run `az login --tenant TENANT` with the tenant of your subscription.",
    ),
    Rule(
        r"^(?:ExpiredAuthenticationToken|InvalidAuthenticationToken|AuthenticationFailed"
        r"|InvalidAuthenticationInfo)\b",
        "Azure does not accept the sign-in any more ({code})",
        _LOG_IN,
    ),
    Rule(
        r"^(?:AuthorizationFailed|LinkedAuthorizationFailed)\b.*action '(?P<action>[^']*"
        r"roleAssignments/write)'",
        "you may not give rights to others: {action} ({code})",
        "Ask for Owner, User Access Administrator or Role Based Access Control Administrator;"
        " with Privileged Identity Management, activate it.",
    ),
    Rule(
        r"^(?:AuthorizationFailed|LinkedAuthorizationFailed)\b.*action '(?P<action>[^']+)'",
        "you lack the right {action} ({code})",
        "Ask for Contributor on the subscription; with Privileged Identity Management,"
        " activate it. A right just given takes some minutes.",
    ),
    Rule(
        r"^AuthorizationPermissionMismatch\b",
        "you may not read or write the state's blobs ({code})",
        "Ask for Storage Blob Data Contributor on the storage account;"
        " a right just given takes some minutes.",
    ),
    Rule(
        r"^(?:SubscriptionNotFound|InvalidSubscriptionId)\b",
        "there is no such subscription in the tenant that you are signed in to ({code})",
        "Check subscription_id: az account list --output table",
    ),
    Rule(
        r"^(?:ReadOnlyDisabledSubscription|SubscriptionDisabled|DisabledSubscription"
        r"|SubscriptionIsNotActive)\b",
        "the subscription is disabled ({code})",
        "Reactivate it in the Azure portal (usually a matter of payment), or use another.",
    ),
    Rule(
        r"^(?:MissingSubscriptionRegistration|SubscriptionNotRegistered\w*|NoRegisteredProvider\w*)"
        r"\b(?:.*namespace '(?P<namespace>[\w.]+)')?",
        "the subscription has never used {namespace} ({code})",
        "Register it: az provider register --namespace {namespace}",
    ),
    Rule(
        r"^RequestDisallowedBy(?:Policy|Azure)\b",
        "a policy of your organisation forbids it: {text} ({code})",
        "Ask who keeps that policy, or choose a location or a setting that it allows.",
    ),
    Rule(
        r"^(?:StorageAccountAlreadyTaken|StorageAccountAlreadyExists"
        r"|StorageAccountInAnotherResourceGroup|AlreadyInUse)\b",
        "the storage account's name is taken ({code})",
        _OTHER_NAME,
    ),
    Rule(
        r"^AccountNameInvalid\b",
        "the storage account's name is not allowed: {text} ({code})",
        _OTHER_NAME,
    ),
    Rule(
        r"^(?:LocationNotAvailableForResource(?:Type|Group)|InvalidResourceLocation"
        r"|InvalidResourceGroupLocation)\b",
        "it cannot be, or is not, in this location: {text} ({code})",
        "Choose another location.",
    ),
    Rule(r"^ResourceGroupBeingDeleted\b", "the resource group is being deleted ({code})", _WAIT),
    Rule(
        r"^(?:ScopeLocked|ReadOnlyLock)\b",
        "a lock in Azure protects it: {text} ({code})",
        "Remove the lock in the Azure portal if it is yours to remove.",
    ),
    Rule(
        r"^(?:LeaseAlreadyPresent|LeaseIdMissing)\b",
        "the state is locked: another Terraform is at work on it ({code})",
        "Wait until it has ended.",
    ),
    Rule(
        r"^(?:LeaseIdMismatchWith\w+|LeaseNotPresentWith\w+|LeaseLost)\b",
        "the state's lock has changed hands meanwhile ({code})",
        "Look again who holds it.",
    ),
)

STATUS_RULES = {
    401: Rule("", "Azure does not accept the sign-in ({code}): {text}", _LOG_IN),
    403: Rule(
        "",
        "Azure does not allow {request} ({code}): {text}",
        "Ask for Contributor on the subscription; a right just given takes some minutes.",
    ),
    404: Rule(
        "",
        "Azure knows nothing at {request} ({code}): {text}",
        "Check subscription, tenant and prefix; it may have been deleted by hand.",
    ),
    409: Rule("", "{request} is in conflict with what is there ({code}): {text}", _WAIT),
    429: Rule(
        "",
        "Azure is asked too often and wants {wait} seconds of silence ({code})",
        "Wait that long, then run the same command again.",
    ),
}
OTHER_STATUS = Rule(
    "",
    "Azure answers {request} with {status} ({code}): {text}",
    "Run the same command again; if it stays so, look at https://azure.status.microsoft.",
)

TIMEOUT = Rule(
    "",
    "{request}: no answer in time",
    "Check the network, the VPN and HTTPS_PROXY, then try again.",
)
NETWORK_RULES = (
    Rule(
        r"ProxyError|Cannot connect to proxy|Tunnel connection failed",
        "{request}: the proxy does not let it through",
        "Check HTTPS_PROXY and NO_PROXY.",
    ),
    Rule(
        r"CERTIFICATE_VERIFY_FAILED|SSLError|\[SSL",
        "{request}: its certificate is not trusted",
        "Behind a company's proxy, set SSL_CERT_FILE (or REQUESTS_CA_BUNDLE) to the company's CA.",
    ),
    Rule(
        r"NameResolutionError|Failed to resolve|getaddrinfo|Name or service not known",
        "{request}: its name cannot be resolved",
        "Check the network, the VPN and DNS, then try again.",
    ),
    Rule(
        r"timed out",
        TIMEOUT.meaning,
        TIMEOUT.next_step,
    ),
)
OTHER_NETWORK = Rule(
    "",
    "{request}: it cannot be reached: {text}",
    "Check the network, the VPN and HTTPS_PROXY, then try again.",
)
