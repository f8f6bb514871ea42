"""Tests of matcha_tui/targets/azure/pricing."""
