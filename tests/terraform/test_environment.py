"""The user's variables reach Terraform, unless they would break a run."""

from pathlib import Path

from matcha_tui.terraform.environment import ignored_variables, run_environment


def test_the_users_settings_stay(tmp_path: Path) -> None:
    base = {"TF_VAR_x": "1", "ARM_CLIENT_SECRET": "s", "TF_CLI_CONFIG_FILE": "/none", "PATH": "/b"}
    assert base.items() <= run_environment(base, None, {}).items()


def test_terraform_is_told_that_nobody_is_there() -> None:
    environment = run_environment({"TF_INPUT": "1"}, None, {})
    assert environment == {"TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"}


def test_what_would_break_a_run_is_left_out_and_named() -> None:
    base = {
        "TF_CLI_ARGS": "-no-color",
        "TF_CLI_ARGS_plan": "-out=elsewhere",
        "TF_DATA_DIR": "/tmp/elsewhere",
        "TF_WORKSPACE": "other",
        "TF_LOG": "trace",
        "TF_VAR_kept": "1",
    }
    assert ignored_variables(base) == tuple(sorted(base.keys() - {"TF_VAR_kept"}))
    assert not run_environment(base, None, {}).keys() & set(ignored_variables(base))


def test_a_log_that_goes_to_a_file_stays() -> None:
    base = {"TF_LOG": "trace", "TF_LOG_PATH": "/tmp/log"}
    assert base.items() <= run_environment(base, None, {}).items()


def test_the_plugin_cache_is_made_unless_the_user_has_one(tmp_path: Path) -> None:
    cache = tmp_path / "deep" / "cache"
    assert run_environment({}, cache, {})["TF_PLUGIN_CACHE_DIR"] == str(cache)
    assert cache.is_dir()
    own = {"TF_PLUGIN_CACHE_DIR": "/own"}
    assert run_environment(own, tmp_path / "other", {})["TF_PLUGIN_CACHE_DIR"] == "/own"
    assert not (tmp_path / "other").exists()


def test_the_targets_variables_win() -> None:
    assert run_environment({"A": "1"}, None, {"A": "2"})["A"] == "2"
