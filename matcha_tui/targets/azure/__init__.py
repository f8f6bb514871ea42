"""What is particular to building a stack on Azure Kubernetes Service."""
