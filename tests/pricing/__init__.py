"""Tests of matcha_tui/pricing."""
