"""An estimate from the snapshot loads nothing that asks a network: Python is asked, not a graph."""

import json
import subprocess
import sys

OFFLINE = """
import sys
from matcha_tui.pricing import difference, estimate, ranking, report
from matcha_tui.targets.azure.pricing import loading
prices = loading.load_prices(["P10"], "USD", {"XDG_CACHE_HOME": "/nowhere"}, offline=True)
disk = estimate.CostItem("DVC", "Disk", "P10", "month", 1, 1)
print(report.as_json(estimate.estimate([disk], "westeurope", prices.table))["month"])
ranking.rank_regions([disk], prices.table, loading.read_regions())
import json
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_an_estimate_without_the_network_loads_nothing_for_it():
    finished = subprocess.run(
        [sys.executable, "-c", OFFLINE], capture_output=True, text=True, check=True
    )
    amounts, modules = finished.stdout.splitlines()
    assert amounts == "{'at_least': 21.68, 'at_most': 21.68}"
    heavy = {"azure", "requests", "urllib3", "msal", "http", "ssl", "asyncio", "textual", "psutil"}
    assert not heavy & set(json.loads(modules))
