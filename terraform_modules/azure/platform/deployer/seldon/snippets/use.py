import json
import subprocess

found = subprocess.run(["matcha", "model", "list", "--output", "json"], stdout=subprocess.PIPE)
for model in json.loads(found.stdout):
    print(model["name"], model["url"])
