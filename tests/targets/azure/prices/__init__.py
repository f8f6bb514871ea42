"""Tests of matcha_tui/targets/azure/prices."""
