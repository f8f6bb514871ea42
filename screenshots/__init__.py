"""Pictures of the running app, for the README."""
