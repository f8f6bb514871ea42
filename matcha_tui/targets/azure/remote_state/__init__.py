"""The state that colleagues share, in a storage account."""
