"""Tests that drive real Terraform and real services from end to end."""
