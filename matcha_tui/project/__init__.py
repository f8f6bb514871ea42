"""A project's files: matcha.toml, the private .matcha folder, its lock and its history."""
