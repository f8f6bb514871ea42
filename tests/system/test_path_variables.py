"""Relative paths in the user's variables mean the same in any folder."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcha_tui.services.index import uv_environment
from matcha_tui.system.path_variables import from_folder
from matcha_tui.terraform.environment import run_environment

HERE = Path("/home/tea/work")


@pytest.mark.parametrize(
    ("name", "value", "resolved"),
    [
        ("UV_CACHE_DIR", ".cache/uv", "/home/tea/work/.cache/uv"),
        ("UV_CACHE_DIR", "../cache", "/home/tea/cache"),
        ("UV_CACHE_DIR", "/cache", "/cache"),
        ("UV_CACHE_DIR", "~/cache", "~/cache"),
        ("UV_CACHE_DIR", "", ""),
        ("TMPDIR", "tmp", "/home/tea/work/tmp"),
        ("PIP_CONFIG_FILE", "pip.conf", "/home/tea/work/pip.conf"),
        ("SSL_CERT_FILE", "ca.pem", "/home/tea/work/ca.pem"),
        ("SSL_CERT_DIR", "ca:/etc/ssl", "/home/tea/work/ca:/etc/ssl"),
        ("TF_PLUGIN_CACHE_DIR", "plugins", "/home/tea/work/plugins"),
        ("UV_DEFAULT_INDEX", "https://a:b@x/simple", "https://a:b@x/simple"),
        ("UV_DEFAULT_INDEX", "./my index", "/home/tea/work/my index"),
        ("UV_INDEX", "tea=./one https://x/s", "tea=/home/tea/work/one https://x/s"),
        ("UV_INDEX", "tea=https://x/s", "tea=https://x/s"),
        ("ANY_OTHER", "some/thing", "some/thing"),
    ],
)
def test_what_names_a_file_is_resolved_and_nothing_else(name: str, value: str, resolved: str):
    assert from_folder({name: value}, HERE) == {name: resolved}


@given(value=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_resolving_twice_changes_nothing_more(value: str):
    for name in ("TMPDIR", "SSL_CERT_DIR", "UV_INDEX", "UV_DEFAULT_INDEX"):
        once = from_folder({name: value}, HERE)
        assert from_folder(once, Path("/elsewhere")) == once


@pytest.mark.parametrize(
    "give", [uv_environment, lambda environment: run_environment(environment, None, {})]
)
def test_both_uv_and_terraform_get_them_resolved(give, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert give({"TMPDIR": "tmp"})["TMPDIR"] == os.fspath(tmp_path / "tmp")
