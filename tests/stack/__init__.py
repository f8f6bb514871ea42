"""Tests of matcha_tui/stack."""
