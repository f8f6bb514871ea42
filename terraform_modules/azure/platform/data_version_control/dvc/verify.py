"""Pushes a file through DVC's remote, pulls it again, and deletes it there."""

import os
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

from dvc.repo import Repo


def dvc(*arguments: str) -> None:
    """Run DVC, and fail with what it says."""
    subprocess.run([sys.executable, "-m", "dvc", *arguments], check=True, stdout=subprocess.DEVNULL)


os.environ["DVC_NO_ANALYTICS"] = "1"
content = f"green tea {uuid.uuid4()}"
Path("tea.txt").write_text(content)
dvc("init", "--quiet", "--no-scm")
dvc("remote", "add", "--quiet", "--default", "matcha", os.environ["DVC_REMOTE_URL"])
account = os.environ.get("DVC_ACCOUNT_NAME")
if account:
    dvc("remote", "modify", "matcha", "account_name", account)
dvc("add", "--quiet", "tea.txt")
dvc("push", "--quiet")
shutil.rmtree(".dvc/cache")
Path("tea.txt").unlink()
dvc("pull", "--quiet")
assert Path("tea.txt").read_text() == content
repository = Repo()
digests = [output.hash_info.value for stage in repository.index.stages for output in stage.outs]
store = repository.cloud.get_remote_odb()
for digest in digests:
    store.delete(digest)
print("pushed a file to the remote, and pulled it again")
