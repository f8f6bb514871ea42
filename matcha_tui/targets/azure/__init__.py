"""Builds a stack on Azure, for teams and for work that outgrows one machine."""
