"""Logs a run with a metric and an artifact to MLflow, reads both back, and deletes the run."""

import os
import tempfile
import uuid
from pathlib import Path

os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"

import mlflow
from mlflow import MlflowClient

client = MlflowClient()
experiment = client.create_experiment(f"matcha-verify-{uuid.uuid4().hex[:8]}")
try:
    run = client.create_run(experiment).info.run_id
    client.log_metric(run, "accuracy", 0.75)
    client.log_text(run, "green tea", "notes.txt")
    assert client.get_run(run).data.metrics == {"accuracy": 0.75}
    with tempfile.TemporaryDirectory() as folder:
        read = mlflow.artifacts.download_artifacts(
            run_id=run, artifact_path="notes.txt", dst_path=folder
        )
        assert Path(read).read_text() == "green tea"
    client.delete_run(run)
finally:
    client.delete_experiment(experiment)
print("logged a run with a metric and an artifact, and read them back")
