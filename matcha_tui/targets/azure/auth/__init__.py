"""Who asks Azure: the Azure CLI, a service principal or a device code."""
