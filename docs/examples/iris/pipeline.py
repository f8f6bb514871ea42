"""The iris pipeline: three steps, tracked by MLflow and remembered by ZenML."""

from pathlib import Path
from typing import Annotated

import mlflow
import pandas as pd
from mlflow.models import infer_signature
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from zenml import ArtifactConfig, pipeline, step

DATA = Path(__file__).parent / "iris.csv"
MODEL = "iris"


@step
def load() -> tuple[Annotated[pd.DataFrame, "train"], Annotated[pd.DataFrame, "test"]]:
    """Read the flowers that DVC keeps, and put some aside."""
    flowers = pd.read_csv(DATA)
    train, test = train_test_split(flowers, test_size=0.3, random_state=0)
    return train, test


@step(experiment_tracker="matcha")
def train(flowers: pd.DataFrame) -> Annotated[LogisticRegression, ArtifactConfig(name="model")]:
    """Train a model, and register it with MLflow."""
    data, species = flowers.drop(columns="species"), flowers["species"]
    model = LogisticRegression(max_iter=500).fit(data, species)
    mlflow.log_param("flowers", len(data))
    mlflow.sklearn.log_model(
        model,
        name="model",
        registered_model_name=MODEL,
        signature=infer_signature(data, model.predict(data)),
    )
    return model


@step(experiment_tracker="matcha")
def evaluate(model: LogisticRegression, flowers: pd.DataFrame) -> float:
    """Say how many of the flowers that it has not seen the model knows."""
    accuracy = float(model.score(flowers.drop(columns="species"), flowers["species"]))
    mlflow.log_metric("accuracy", accuracy)
    return accuracy


@pipeline(enable_cache=False)
def iris() -> None:
    """Load, train, evaluate."""
    seen, unseen = load()
    evaluate(train(seen), unseen)
