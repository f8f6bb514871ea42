"""Signs in on another device: a page and a code, for where there is no browser.

With the Azure CLI at hand it is the CLI that is signed in, because Terraform can use
its sign-in afterwards. Without it, the sign-in lives in this process: it is good for
looking around, and Terraform cannot use it.
"""

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineRequest
from azure.identity import DeviceCodeCredential

from matcha_tui.errors import ExitCode, MatchaError
from matcha_tui.system.processes import end_group, find_process
from matcha_tui.targets.azure.auth.account import Account, identify, sign_in, sign_in_options
from matcha_tui.targets.azure.auth.environment import SignInMethod
from matcha_tui.targets.azure.cloud.endpoints import Cloud
from matcha_tui.targets.azure.cloud.failures import explain_error, explain_sign_in
from matcha_tui.targets.identity_part import Prompt

# learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
_CODE_LIFE = timedelta(minutes=15)
_CLI_PROMPT = re.compile(r"open the page (?P<url>https://\S+) and enter the code (?P<code>\S+)")
_LOGIN = ("login", "--use-device-code", "--allow-no-subscriptions", "--output", "none")
_POLL_SECONDS = 0.2
_END_SECONDS = 5.0


class _Cancelled(Exception):  # noqa: N818 - it is what the user wants
    """The user does not want to sign in any more."""


def sign_in_with_device_code(
    cloud: Cloud,
    prompt: Prompt,
    *,
    tenant_id: str = "",
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Account:
    """Sign in on another device; returns when that is done, and within 15 minutes."""
    program = shutil.which("az")
    try:
        if program is None:
            return _sign_in_here(cloud, prompt, tenant_id, is_cancelled)
        _sign_in_cli(program, prompt, tenant_id, is_cancelled)
    except _Cancelled as error:
        raise MatchaError("the sign-in was cancelled", exit_code=ExitCode.CANCELLED) from error
    return sign_in(cloud, tenant_id=tenant_id, environment={})


def _sign_in_here(
    cloud: Cloud, prompt: Prompt, tenant_id: str, is_cancelled: Callable[[], bool]
) -> Account:
    is_done = threading.Event()

    def stop_if_cancelled(_: PipelineRequest[object]) -> None:
        if is_cancelled() and not is_done.is_set():
            raise _Cancelled

    options = sign_in_options(cloud) | ({"tenant_id": tenant_id} if tenant_id else {})
    try:
        credential = DeviceCodeCredential(
            prompt_callback=prompt,
            raw_request_hook=stop_if_cancelled,
            # Else a token that cannot be renewed later would begin all this again, unasked.
            disable_automatic_authentication=True,
            **options,
        )
        credential.authenticate(scopes=[cloud.scope])
    except (AzureError, OSError, ValueError) as error:
        if is_cancelled():
            raise _Cancelled from None
        raise explain_error(error, "the sign-in to Azure") from error
    is_done.set()
    return identify(cloud, SignInMethod.DEVICE_CODE, credential)


def _sign_in_cli(
    program: str, prompt: Prompt, tenant_id: str, is_cancelled: Callable[[], bool]
) -> None:
    """Run ``az login`` in a session of its own, which does not outlive this."""
    tenant = ("--tenant", tenant_id) if tenant_id else ()
    # Version 2 of its experience asks on the terminal which subscription to choose.
    plain = {"AZURE_CORE_LOGIN_EXPERIENCE_V2": "off", "AZURE_CORE_NO_COLOR": "true"}
    said: list[str] = []
    with subprocess.Popen(
        [program, *_LOGIN, *tenant],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=os.environ | plain,
        start_new_session=True,
    ) as process:
        reader = threading.Thread(target=_read, args=(process.stderr, said, prompt), daemon=True)
        reader.start()
        try:
            _wait(process, is_cancelled)
        finally:
            if process.poll() is None and (leader := find_process(process.pid)):
                end_group(leader, _END_SECONDS)
            reader.join(_END_SECONDS)
    if process.returncode != 0:
        raise explain_sign_in("".join(said) or f"az login ended with {process.returncode}")


def _wait(process: subprocess.Popen[str], is_cancelled: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _CODE_LIFE.total_seconds()
    while process.poll() is None:
        if is_cancelled():
            raise _Cancelled
        if time.monotonic() > deadline:
            raise explain_sign_in("expired_token")
        time.sleep(_POLL_SECONDS)


def _read(lines: Iterable[str], said: list[str], prompt: Prompt) -> None:
    """Keep what `az` says, and show its code; it says both on stderr."""
    for line in lines:
        said.append(line)
        if found := _CLI_PROMPT.search(line):
            prompt(found["url"], found["code"], datetime.now(UTC) + _CODE_LIFE)
            said.clear()
