<<<<<<< HEAD
"""What is particular to building a stack on Azure Kubernetes Service."""
=======
"""Builds a stack on Azure, for teams and for work that outgrows one machine."""
>>>>>>> connection
