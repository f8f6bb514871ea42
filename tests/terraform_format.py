"""``python -m tests.terraform_format FOLDER``: fail unless Terraform would leave it as it is."""

import subprocess
import sys

from matcha_tui.terraform.engine import find_engine

if __name__ == "__main__":
    command = [*find_engine().command, "fmt", "-check", "-diff", "-recursive", sys.argv[1]]
    sys.exit(subprocess.run(command, check=False).returncode)
