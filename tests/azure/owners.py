"""What stand-ins for a cluster's API share: they answer whoever shows the cluster's certificate."""

import json
import ssl
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.azure.cluster_api import encoded_pair
from tests.tls_server import TlsServer


class OwnersApi(TlsServer):
    """A TLS server that asks for a certificate, and takes none as well."""

    daemon_threads = True

    def __init__(self, certificate: Path, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._pair = encoded_pair(certificate)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.context.load_verify_locations(certificate)
        self.context.verify_mode = ssl.CERT_OPTIONAL

    @property
    def host(self) -> str:
        """Host and port."""
        return f"localhost:{self.server_address[1]}"

    @property
    def access(self) -> dict[str, str]:
        """What the foundation gives of the cluster."""
        public, private = self._pair
        return {
            "cluster_host": f"https://{self.host}",
            "cluster_ca_certificate": public,
            "cluster_client_certificate": public,
            "cluster_client_key": private,
        }


class OwnersHandler(BaseHTTPRequestHandler):
    """Answers with JSON."""

    def is_owner(self) -> bool:
        """Return whether the certificate was shown."""
        assert isinstance(self.connection, ssl.SSLSocket)
        return bool(self.connection.getpeercert())

    def answer_owner(self, status: int, content: dict[str, Any]) -> None:
        """Answer if it was."""
        if self.is_owner():
            self.answer(status, content)
        else:
            self.answer(401, {"message": "Unauthorized"})

    def answer(self, status: int, content: dict[str, Any]) -> None:
        """Answer anybody."""
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""
