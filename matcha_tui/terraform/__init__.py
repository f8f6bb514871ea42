"""Runs Terraform, detached and observable; knows no stack and no screen."""
