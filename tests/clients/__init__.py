"""Tests of matcha_tui/clients."""
