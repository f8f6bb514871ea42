"""What runs inside the services' own environments: this folder is on their ``PYTHONPATH``."""
