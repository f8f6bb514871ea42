"""Asks Seldon's router, through the gateway, whether it works."""

import os

import requests

login = (os.environ["MATCHA_USERNAME"], os.environ["MATCHA_PASSWORD"])
answer = requests.get(
    f"https://{os.environ['MATCHA_BASE_URL']}/seldon/healthz", auth=login, timeout=30
)
answer.raise_for_status()
print("the router answers; deploy a model to try the rest")
