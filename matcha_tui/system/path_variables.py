"""The user's variables that name files, made right for a program that runs elsewhere.

uv, Terraform and the services each run in a folder of their own. A relative path in one of
their variables is meant from where the user called us.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

_PATHS = frozenset(
    {
        # temporary files
        *("TMPDIR", "TEMP", "TMP"),
        # certificates, and who one is
        *("SSL_CERT_FILE", "SSL_CLIENT_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        *("NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO", "NETRC", "GOOGLE_APPLICATION_CREDENTIALS"),
        # uv and pip
        *("UV_CACHE_DIR", "UV_CONFIG_FILE", "UV_CREDENTIALS_DIR", "UV_PYTHON_INSTALL_DIR"),
        *("UV_PYTHON_CACHE_DIR", "UV_PYTHON_DOWNLOADS_JSON_URL", "UV_LOG_DIR"),
        *("PIP_CACHE_DIR", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_CONFIG_FILE"),
        # Terraform and its providers
        *("TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "TF_DATA_DIR", "TF_LOG_PATH"),
        *("ARM_CLIENT_CERTIFICATE_PATH", "ARM_CLIENT_ID_FILE_PATH", "ARM_CLIENT_SECRET_FILE_PATH"),
        *("ARM_OIDC_TOKEN_FILE_PATH", "AZURE_CONFIG_DIR", "AZURE_CLIENT_CERTIFICATE_PATH"),
        *("AZURE_FEDERATED_TOKEN_FILE", "KUBE_CONFIG_PATH"),
        *("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME", "HELM_REGISTRY_CONFIG"),
        *("HELM_REPOSITORY_CACHE", "HELM_REPOSITORY_CONFIG"),
    }
)
"""Each holds one path. XDG's are not among them: a relative one of those does not count."""

_PATH_LISTS = frozenset({"SSL_CERT_DIR", "KUBECONFIG", "KUBE_CONFIG_PATHS"})
"""Each holds paths with colons between them."""

_INDEXES = frozenset({"UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"})
"""Each holds one address or path, perhaps with a name before it."""

_SOURCES = frozenset(
    {
        *("UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS"),
        *("UV_CONSTRAINT", "UV_BUILD_CONSTRAINT", "UV_OVERRIDE", "UV_EXCLUDE"),
        *("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_CONSTRAINT"),
    }
)
"""Each holds several of those, with blanks or commas between them."""

_INDEX = re.compile(r"(?P<name>[\w.-]+=)?(?P<place>.+)")
_SOURCE = re.compile(r"(?P<name>[\w.-]+=)?(?P<place>[^,\s]+)")
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")


def from_folder(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Resolve relative paths in the variables of uv, pip, Terraform and the like.

    Returns:
        A new environment that means the same in any folder.
    """
    return {name: _resolve(name, value, folder) for name, value in environment.items()}


def _resolve(name: str, value: str, folder: Path) -> str:
    if not value.strip():
        return value
    if name in _PATHS:
        return _absolute(value, folder)
    if name in _PATH_LISTS:
        parts = value.split(os.pathsep)
        return os.pathsep.join(_absolute(part, folder) if part else part for part in parts)
    if name in _INDEXES or name in _SOURCES:
        pattern = _INDEX if name in _INDEXES else _SOURCE
        return pattern.sub(
            lambda found: (found["name"] or "") + _absolute(found["place"], folder), value
        )
    return value


def _absolute(text: str, folder: Path) -> str:
    is_fixed = text.startswith(("/", "~")) or _ADDRESS.match(text)
    return text if is_fixed else os.path.normpath(folder / text)
