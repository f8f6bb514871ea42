"""Train a scikit-learn model, and lay it out as MLServer expects it."""

import json
import sys
from pathlib import Path

import joblib
from sklearn.linear_model import LinearRegression

folder = Path(sys.argv[1]) / "doubling"
folder.mkdir(parents=True)
joblib.dump(LinearRegression().fit([[1.0], [2.0], [3.0]], [2.0, 4.0, 6.0]), folder / "model.joblib")
settings = {
    "name": "doubling",
    "implementation": "mlserver_sklearn.SKLearnModel",
    "parameters": {"uri": "./model.joblib"},
}
(folder / "model-settings.json").write_text(json.dumps(settings))
