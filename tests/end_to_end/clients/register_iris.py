"""Train a model of iris flowers, and register it with MLflow as ``iris``."""

import sys

import mlflow
from mlflow.models import infer_signature
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

mlflow.set_tracking_uri(sys.argv[1])
data = load_iris(as_frame=True)
model = LogisticRegression(max_iter=500).fit(data.data, data.target)
with mlflow.start_run():
    mlflow.sklearn.log_model(
        model,
        name="model",
        registered_model_name="iris",
        signature=infer_signature(data.data, model.predict(data.data)),
    )
