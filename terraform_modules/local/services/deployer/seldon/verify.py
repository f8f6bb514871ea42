"""Serves a small model, asks it, and takes it away."""

import json
import os
import subprocess
import tempfile
import uuid
from pathlib import Path

import joblib
import requests
from sklearn.linear_model import LinearRegression


def matcha(*arguments: str) -> str:
    """Run matcha in the project, and fail with what it says."""
    command = [os.environ["MATCHA"], *arguments]
    folder = os.environ["MATCHA_PROJECT"]
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE).stdout.decode()


name = f"matcha-verify-{uuid.uuid4().hex[:8]}"
with tempfile.TemporaryDirectory() as folder:
    model = LinearRegression().fit([[1.0], [2.0], [3.0]], [2.0, 4.0, 6.0])
    joblib.dump(model, Path(folder) / "model.joblib")
    served = json.loads(matcha("model", "deploy", folder, "--name", name, "--output", "json"))
try:
    tensor = {"name": "predict", "shape": [1, 1], "datatype": "FP64", "data": [21.0]}
    answer = requests.post(served["url"], json={"inputs": [tensor]}, timeout=30)
    answer.raise_for_status()
    (found,) = answer.json()["outputs"][0]["data"]
    assert abs(found - 42.0) < 1e-6, found
finally:
    matcha("model", "remove", name)
print("served a small model, and it answered rightly")
