"""The local services, with real processes."""
