"""One Azure: its servers started and ended together, and its knobs in one place."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.azure_cloud import tokens
from tests.azure_cloud.blobs import Blobs
from tests.azure_cloud.certificates import Certificates, make_certificates
from tests.azure_cloud.faults import Faults
from tests.azure_cloud.login import Login
from tests.azure_cloud.messages import Answer, Request, refuse
from tests.azure_cloud.resources import Resources
from tests.azure_cloud.server import Server
from tests.azure_cloud.tunnel import Tunnel

STORAGE_SUFFIX = "storage.test"
_POLL_SECONDS = 0.02


@dataclass(slots=True)
class AzureCloud:
    """An Azure that runs.

    Attributes:
        certificates: What it shows, and what its clients must trust.
        resources: What there is.
        login: Who may sign in.
        blobs: What storage accounts hold.
        faults: What goes wrong.
        server: Answers.
        tunnel: Leads the names of storage accounts to the server, or to Azurite.
    """

    certificates: Certificates
    resources: Resources
    login: Login
    blobs: Blobs
    faults: Faults
    server: Server
    tunnel: Tunnel

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"

    @property
    def url(self) -> str:
        return f"https://{self.host}"

    @property
    def requests(self) -> list[Request]:
        """Every request so far, in order."""
        return self.server.requests

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which matcha, Terraform and Azure's SDKs find this Azure."""
        authority = str(self.certificates.authority)
        proxies = {"HTTPS_PROXY": self.tunnel.url, "NO_PROXY": "127.0.0.1,localhost"}
        return {
            "ARM_METADATA_HOSTNAME": self.host,
            "SSL_CERT_FILE": authority,
            "REQUESTS_CA_BUNDLE": authority,
            **proxies,
            **{name.lower(): value for name, value in proxies.items()},
        }

    @property
    def principal(self) -> dict[str, str]:
        """The variables that sign the service principal in."""
        return {
            "ARM_CLIENT_ID": tokens.CLIENT,
            "ARM_CLIENT_SECRET": tokens.SECRET,
            "ARM_TENANT_ID": tokens.TENANT,
        }

    def lines(self) -> list[str]:
        """What was asked so far: ``GET /subscriptions``."""
        return [request.line for request in self.requests]

    def respond(self, request: Request) -> Answer:
        """The right answer to a request."""
        if request.host.endswith(f".blob.{STORAGE_SUFFIX}"):
            return self._respond_with_blob(request)
        if request.path == "/metadata/endpoints":
            return Answer(content=self._endpoints())
        if answer := self.login.answer(request, self.url):
            return answer
        claims = tokens.read_token(request.headers.get("authorization", ""))
        if claims is None or claims["aud"] != self.url:
            return refuse(401, "InvalidAuthenticationToken", "The access token is invalid.")
        return self.resources.answer(request, self.url)

    def _respond_with_blob(self, request: Request) -> Answer:
        claims = tokens.read_token(request.headers.get("authorization", ""))
        if claims is None or claims["aud"] != tokens.STORAGE_AUDIENCE:
            return Answer(401, b"<Error/>", {"x-ms-error-code": "InvalidAuthenticationInfo"})
        account = request.host.partition(".")[0]
        has_right = any(
            f"/storageaccounts/{account}/providers/microsoft.authorization/" in key
            and item["properties"]["principalId"] == claims["oid"]
            for key, item in self.resources.objects.items()
        )
        return self.blobs.answer(request, has_right)

    def _endpoints(self) -> dict[str, object]:
        return {
            "name": "TestCloud",
            "resourceManager": self.url,
            "authentication": {
                "loginEndpoint": self.url,
                "audiences": [self.url],
                "tenant": "common",
                "identityProvider": "AAD",
            },
            "suffixes": {"storage": STORAGE_SUFFIX, "acrLoginServer": "registry.test"},
            "microsoftGraphResourceId": f"{self.url}/graph/",
        }


@contextmanager
def azure_cloud(folder: Path) -> Iterator[AzureCloud]:
    """Run an Azure for as long as the block lasts.

    Args:
        folder: Where its certificates are put.
    """
    names = ("127.0.0.1", "localhost", f"*.blob.{STORAGE_SUFFIX}")
    certificates = make_certificates(folder, *names)
    faults = Faults()
    server = Server(certificates, lambda request: cloud.respond(request), faults)
    tunnel = Tunnel(f".blob.{STORAGE_SUFFIX}", server.server_port)
    cloud = AzureCloud(certificates, Resources(), Login(), Blobs(), faults, server, tunnel)
    threads = [
        threading.Thread(target=listener.serve_forever, args=(_POLL_SECONDS,))
        for listener in (server, tunnel)
    ]
    for thread in threads:
        thread.start()
    try:
        yield cloud
    finally:
        tunnel.ending.set()
        tunnel.shutdown()
        server.stop()
        tunnel.server_close()
        for thread in threads:
            thread.join()
        for error in server.errors:
            raise error
