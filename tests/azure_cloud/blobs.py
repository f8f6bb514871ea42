"""Blobs of any storage account: enough of them to hold a state and its lock."""

from dataclasses import dataclass, field

from tests.azure_cloud.messages import Answer, Request

_META = "x-ms-meta-"


@dataclass(slots=True)
class Blob:
    """One blob with its metadata and its lease."""

    content: bytes
    metadata: dict[str, str] = field(default_factory=dict)
    lease: str = ""


@dataclass(slots=True)
class Blobs:
    """What is kept, and who may look.

    Attributes:
        blobs: The blobs, by ``account/container/name``.
        denials: How many requests are refused before a right takes effect.
        is_open: Whether everybody has the right already.
    """

    blobs: dict[str, Blob] = field(default_factory=dict)
    denials: int = 0
    is_open: bool = False

    def answer(self, request: Request, has_right: bool) -> Answer:
        """The answer to any request with a token for storage."""
        if not (has_right or self.is_open):
            return _refuse(403, "AuthorizationPermissionMismatch")
        if self.denials:
            self.denials -= 1
            return _refuse(403, "AuthorizationPermissionMismatch")
        if request.query.get("restype") == "container":
            return Answer(content=b"<EnumerationResults/>")
        blob = self.blobs.get(request.host.partition(".")[0] + request.path)
        if blob is None:
            return _refuse(404, "BlobNotFound")
        match request.method, request.query.get("comp"):
            case "GET", None:
                return Answer(content=blob.content, headers=_headers(blob))
            case "HEAD", None:
                return Answer(headers=_headers(blob))
            case "PUT", "metadata":
                return _set_metadata(blob, request)
            case "PUT", "lease":
                return _change_lease(blob, request)
        return _refuse(400, "UnsupportedQueryParameter")


def _headers(blob: Blob) -> dict[str, str]:
    state = "leased" if blob.lease else "available"
    return {"x-ms-lease-state": state} | {
        _META + name: value for name, value in blob.metadata.items()
    }


def _set_metadata(blob: Blob, request: Request) -> Answer:
    if blob.lease and request.headers.get("x-ms-lease-id") != blob.lease:
        return _refuse(412, "LeaseIdMismatchWithBlobOperation")
    blob.metadata = {
        name.removeprefix(_META): value
        for name, value in request.headers.items()
        if name.startswith(_META)
    }
    return Answer()


def _change_lease(blob: Blob, request: Request) -> Answer:
    is_release = request.headers["x-ms-lease-action"] == "release"
    if is_release and request.headers.get("x-ms-lease-id") != blob.lease:
        return _refuse(409, "LeaseIdMismatchWithLeaseOperation")
    blob.lease = ""
    return Answer()


def _refuse(status: int, code: str) -> Answer:
    return Answer(status, b"<Error/>", {"x-ms-error-code": code})
