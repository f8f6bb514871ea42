"""Write an MLflow run with the client library, unless one is named, and print what is read."""

import json
import sys
import tempfile
from pathlib import Path

import mlflow

mlflow.set_tracking_uri(sys.argv[1])


def log_run() -> str:
    """Write a run, and return its id."""
    mlflow.set_experiment("round-trip")
    with mlflow.start_run() as run:
        mlflow.log_param("depth", 3)
        mlflow.log_metric("accuracy", 0.75)
        artifact = Path(tempfile.mkdtemp()) / "notes.txt"
        artifact.write_text("green tea")
        mlflow.log_artifact(str(artifact))
    return str(run.info.run_id)


run_id = sys.argv[2] if len(sys.argv) > 2 else log_run()
found = mlflow.get_run(run_id)
notes = Path(mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="notes.txt"))
json.dump(
    {
        "params": found.data.params,
        "metrics": found.data.metrics,
        "notes": notes.read_text(),
        "run_id": run_id,
    },
    sys.stdout,
)
