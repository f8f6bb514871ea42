"""Fetches a model from MLflow: ``python -P -m matcha_models URI FOLDER``.

It runs in the environment of a service that has MLflow, and finds the server by MLflow's own
variable, ``MLFLOW_TRACKING_URI``.
"""

import sys


def main(uri: str, folder: str) -> None:
    """Write the model's files into a folder."""
    from mlflow.artifacts import download_artifacts
    from mlflow.exceptions import MlflowException

    try:
        download_artifacts(artifact_uri=uri, dst_path=folder)
    except MlflowException as error:
        sys.exit(" ".join(str(error).split()))


if __name__ == "__main__":
    main(*sys.argv[1:])
