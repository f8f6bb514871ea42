"""matcha-tui: a working MLOps stack in one sitting."""

__version__ = "0.1.0"
