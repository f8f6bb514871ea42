"""Stands in for the Azure CLI: says what a JSON file (AZ_ANSWERS) tells it to.

``python fake_az.py account get-access-token --resource R …`` and ``… login …``.
"""

import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path

from tests.azure_cloud.tokens import TENANT, USER_CLAIMS, make_token

_NOT_SIGNED_IN = "ERROR: Please run 'az login' to setup account.\n"
_PROMPT = (
    "To sign in, use a web browser to open the page https://microsoft.com/devicelogin"
    " and enter the code WXYZ9876 to authenticate.\n"
)


def main() -> int:
    """Answer as `az` would."""
    place = Path(os.environ["AZ_ANSWERS"])
    told = json.loads(place.read_text())
    with place.with_suffix(".log").open("a") as log:
        log.write(" ".join(sys.argv[1:]) + "\n")
    time.sleep(told.get("seconds", 0))
    if sys.argv[1] == "login":
        sys.stderr.write(_PROMPT)
        sys.stderr.flush()
        time.sleep(told.get("login_seconds", 0))
        if not told.get("error"):
            place.write_text(json.dumps({**told, "signed_in": True}))
            return 0
    if told.get("error"):
        sys.stderr.write(told["error"])
        return 1
    if not told.get("signed_in"):
        sys.stderr.write(_NOT_SIGNED_IN)
        return 1
    resource = sys.argv[sys.argv.index("--resource") + 1]
    expiry = time.time() + told.get("lifetime", 3600)
    answer = {
        "accessToken": make_token(resource.rstrip("/"), USER_CLAIMS, told.get("tenant", TENANT)),
        "expiresOn": f"{datetime.fromtimestamp(expiry):%Y-%m-%d %H:%M:%S.%f}",  # noqa: DTZ006
        "expires_on": int(expiry),
        "tenant": told.get("tenant", TENANT),
        "tokenType": "Bearer",
    }
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
