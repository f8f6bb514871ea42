"""Tests of matcha_tui/project."""
