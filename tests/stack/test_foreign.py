"""What a module of others is, and what it would run: found by reading alone."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.errors import MatchaError
from matcha_tui.stack.catalog import load_catalog
from matcha_tui.stack.flavor import FlavorPath, read_flavor
from matcha_tui.stack.foreign import ForeignModule, folder_digest, inspect_module, refuse_links
from matcha_tui.stack.hcl_blocks import hcl_blocks

PLACE = FlavorPath("local", "services", "deployer", "tea")
DEFINITION = """
title = "Tea"
description = "Tea."
licence = "MIT"
resource = "model-deployer"
seconds = 1
verify = "verify.py"
[client]
package = "teapot==1.0"
fits = ">=1"
otherwise = "it is cold"
[service]
packages = ["kettle==2.0"]
command = ["{environment}/bin/kettle", "--hot"]
migrate = ["kettle", "upgrade"]
"""
MAIN = r"""
terraform {
  required_providers { # a comment with a { and a "
    cup = { source = "tea/cup", version = "1.0" }
  }
}
/* resource "terraform_data" "commented" { provisioner "local-exec" { command = "no" } } */
resource "terraform_data" "pot" {
  input = { text = "a } in \"quotes\" and ${jsonencode({ a = "}" })}" }
  provisioner "local-exec" {
    when    = destroy
    command = <<-EOT
      rm } -rf "tea"
    EOT
  }
  dynamic "x" { content { provisioner = "an attribute" } }
}
resource "cup_handle" "one" {}
resource "null_resource" "two" { provisioner "file" {} }
data "external" "who" { program = ["sh", "-c", "id"] }
module "mine" { source = "./inner" }
module "shared" { source = "../../../service" }
module "far" { source = "git::https://tea.example/x" }
"""
AS_JSON = """{
  "resource": [{"terraform_data": {"pot": [
    {"provisioner": [{"local-exec": {"command": "boil"}}]}
  ]}}],
  "data": {"external": {"who": {"program": ["id"]}}},
  "module": {"far": {"source": "tea/pot/cup"}},
  "terraform": {"required_providers": {"cup": {"source": "tea/cup"}}}
}"""


def inspect(folder: Path, **files: str) -> ForeignModule:
    (folder / "module.toml").write_text(DEFINITION)
    (folder / "verify.py").write_text("")
    for name, content in files.items():
        (folder / name.replace("_", ".")).write_text(content)
    return inspect_module(read_flavor(folder, PLACE))


OF_DEFINITION = (
    "installs Python packages: kettle==2.0",
    "runs: {environment}/bin/kettle --hot",
    "runs to upgrade its data: kettle upgrade",
    "runs when it is verified: verify.py",
    "installs to verify it: teapot==1.0",
)


def test_everything_that_would_be_run_or_installed_is_named(tmp_path: Path):
    assert inspect(tmp_path, main_tf=MAIN).effects == (
        'runs local-exec of terraform_data.pot: rm } -rf "tea"',
        "runs file of null_resource.two",
        "runs a program whenever it is planned: data.external.who",
        "fetches the module git::https://tea.example/x",
        "installs and runs the provider external",
        "installs and runs the provider null",
        "installs and runs the provider tea/cup",
        *OF_DEFINITION,
    )


def test_in_json_syntax_too(tmp_path: Path):
    assert inspect(tmp_path, main_tf_json=AS_JSON).effects == (
        "runs local-exec of terraform_data.pot: boil",
        "runs a program whenever it is planned: data.external.who",
        "fetches the module tea/pot/cup",
        "installs and runs the provider external",
        "installs and runs the provider tea/cup",
        *OF_DEFINITION,
    )
    with pytest.raises(MatchaError, match="is no JSON"):
        inspect(tmp_path, main_tf_json="{")


def test_every_module_of_ours_can_be_read():
    for flavor in load_catalog().flavors:
        assert not any("fetches" in line for line in inspect_module(flavor).effects)


@given(st.text(alphabet='ab{}"$%\\<-\n=#/*, []', max_size=80))
def test_whatever_stands_in_a_file_is_read_to_its_end(text: str):
    found = hcl_blocks('resource "a" "b" {\n}\n' + text)
    assert (found[0].type, found[0].labels) == ("resource", ("a", "b"))


def test_a_digest_is_that_of_every_file_that_is_built(tmp_path: Path):
    (tmp_path / "main.tf").write_text("a")
    before = folder_digest(tmp_path)
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform/x").write_text("not copied")
    assert folder_digest(tmp_path) == before
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner/b").write_text("b")
    inner = folder_digest(tmp_path)
    (tmp_path / "inner/b").rename(tmp_path / "inner/c")
    assert len({before, inner, folder_digest(tmp_path)}) == 3


def test_what_leads_out_of_a_folder_or_is_no_file_is_refused(tmp_path: Path):
    folder = tmp_path / "module"
    folder.mkdir()
    (folder / "a").write_text("a")
    (folder / "b").symlink_to("a")
    refuse_links(folder)
    for make, why in (
        (lambda path: path.symlink_to(tmp_path / "elsewhere"), "leads out"),
        (lambda path: path.symlink_to("."), "is a link to a folder"),
        (os.mkfifo, "is no file"),
    ):
        make(folder / "odd")
        with pytest.raises(MatchaError, match=why):
            refuse_links(folder)
        (folder / "odd").unlink()
