"""A simulated Azure for real Terraform: providers that need no cloud, no cluster and no network.

`tests.simulator.mirror.install` makes a folder from which Terraform installs stand-ins for
hashicorp/azurerm, kubernetes, helm and random. Terraform starts ``program.py``, which serves
``provider.py``: the real providers' schemas one to one (``schemas/``, made by ``extract.py``),
so a wrong name or type fails as it does for users. ``planning.py`` and ``filling.py`` do what
all providers have in common, ``tables/`` says in which types differ: what they compute, replace,
default and check, and how long they take. ``cloud.py`` holds the rules between objects, which
live in one JSON file that a test may look into and change. ``faults.py`` makes things go wrong,
with Azure's own words from ``tables/faults.toml``. Nothing that runs inside Terraform's child
imports pytest or matcha_tui, because each command starts it several times.
"""
