import requests

print(requests.get("http://${base-url}/v2", timeout=10).json())
print(requests.post("http://${base-url}/v2/repository/index", json={}, timeout=10).json())
