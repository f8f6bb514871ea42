"""Tests of matcha_tui/commands."""
