"""Tests of matcha_tui/targets/local."""
