"""Write an MLflow run with the client library, and print what is read back."""

import json
import sys
import tempfile
from pathlib import Path

import mlflow

mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("round-trip")
with mlflow.start_run() as run:
    mlflow.log_param("depth", 3)
    mlflow.log_metric("accuracy", 0.75)
    artifact = Path(tempfile.mkdtemp()) / "notes.txt"
    artifact.write_text("green tea")
    mlflow.log_artifact(str(artifact))

found = mlflow.get_run(run.info.run_id)
notes = Path(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="notes.txt"))
json.dump(
    {
        "params": found.data.params,
        "metrics": found.data.metrics,
        "notes": notes.read_text(),
    },
    sys.stdout,
)
