"""The ground: files, locks, processes, streams, TOML and text, for whoever needs them."""
