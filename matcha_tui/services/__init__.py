"""Servers on this machine: installed, started, watched and stopped on Terraform's behalf."""
