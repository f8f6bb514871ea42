"""The process that Terraform starts: go-plugin's handshake, and a gRPC server."""

import os
import shutil
import signal
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from tf.gen import (
    grpc_controller_pb2,
    grpc_controller_pb2_grpc,
    grpc_stdio_pb2_grpc,
    tfplugin_pb2_grpc,
)

from tests.simulator.provider import SimulatedProvider

_SHORT_DIRECTORY = "/tmp"  # a socket's whole path has to stay under 104 bytes on macOS
_MESSAGE_LIMIT = 256 << 20
_LOOK_FOR_PARENT_SECONDS = 1.0


class _Controller(grpc_controller_pb2_grpc.GRPCControllerServicer):  # type: ignore[misc]
    def __init__(self, done: threading.Event) -> None:
        self._done = done

    def Shutdown(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._done.set()
        return grpc_controller_pb2.Empty()


class _Stdio(grpc_stdio_pb2_grpc.GRPCStdioServicer):  # type: ignore[misc]
    def StreamStdio(self, request: Any, context: Any) -> Any:  # noqa: N802
        return iter(())


def main(name: str, certificate: str) -> None:
    """Serve one provider until Terraform says goodbye, or is gone.

    Args:
        name: The provider, e.g. ``azurerm``.
        certificate: Path of a PEM file with a certificate for localhost and its key.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Terraform tells with StopProvider
    parent = os.getppid()
    done = threading.Event()
    limits = [("grpc.max_send_message_length", _MESSAGE_LIMIT)]
    limits += [("grpc.max_receive_message_length", _MESSAGE_LIMIT)]
    server = grpc.server(ThreadPoolExecutor(max_workers=64), options=limits)
    provider = SimulatedProvider(name, certificate)
    tfplugin_pb2_grpc.add_ProviderServicer_to_server(provider, server)
    grpc_controller_pb2_grpc.add_GRPCControllerServicer_to_server(_Controller(done), server)
    grpc_stdio_pb2_grpc.add_GRPCStdioServicer_to_server(_Stdio(), server)
    directory = tempfile.mkdtemp(prefix="simulator-", dir=_SHORT_DIRECTORY)
    try:
        pem = Path(certificate).read_text(encoding="ascii")
        end = "-----END CERTIFICATE-----\n"
        public = pem[pem.index("-----BEGIN CERTIFICATE") : pem.index(end) + len(end)]
        credentials = grpc.ssl_server_credentials([(pem.encode(), public.encode())])
        server.add_secure_port(f"unix:{directory}/s", credentials)
        server.start()
        _shake_hands(f"{directory}/s", public)
        while not done.wait(_LOOK_FOR_PARENT_SECONDS) and os.getppid() == parent:
            pass
        provider.stop()  # or its threads would keep the process until their waits are over
        server.stop(grace=0.2).wait()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _shake_hands(socket: str, certificate: str) -> None:
    body = "".join(certificate.splitlines()[1:-1]).rstrip("=")
    print(f"1|6|unix|{socket}|grpc|{body}", flush=True)  # noqa: T201
