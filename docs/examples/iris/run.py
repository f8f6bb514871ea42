# %% [markdown]
# # From data to a served model
#
# The flowers are kept by DVC, a ZenML pipeline trains a model that MLflow tracks and registers,
# MLServer serves it, and it is asked. Before: `matcha connect`, which writes the addresses to
# `.env` and tells DVC and ZenML where the stack is.

# %%
import json
import os
import subprocess
from pathlib import Path

import requests
from dotenv import find_dotenv, load_dotenv

settings = find_dotenv(usecwd=True)
load_dotenv(settings)
project = Path(settings).parent  # where matcha.toml is; a notebook runs in its own folder
tracking_uri = os.environ["MLFLOW_TRACKING_URI"]


def run(command: str) -> str:
    """Run a command in the project as in a shell, show what it says, and return it."""
    finished = subprocess.run(
        command, shell=True, cwd=project, stdout=subprocess.PIPE, text=True, check=True
    )
    print(finished.stdout)
    return finished.stdout


# %% [markdown]
# ## The data
#
# The file itself is not for git: `iris.csv.dvc` is, by which any clone pulls it.

# %%
from sklearn.datasets import load_iris

folder = Path(globals().get("__file__", "run.ipynb")).resolve().parent
flowers = load_iris(as_frame=True)
table = flowers.data.assign(species=flowers.target_names[flowers.target])
table.to_csv(folder / "iris.csv", index=False)
run(f"dvc add --quiet '{folder / 'iris.csv'}' && dvc push")

# %% [markdown]
# ## The pipeline
#
# Its page: `matcha open orchestrator`; its runs in MLflow: `matcha open experiment-tracker`.

# %%
import sys

from zenml.utils import source_utils

source_utils.set_custom_source_root(str(folder))  # a notebook has no file that says so
sys.path.insert(0, str(folder))
import pipeline

pipeline.iris()

# %% [markdown]
# ## The model
#
# Each run registers one more version. `matcha model deploy` copies it to MLServer.

# %%
from mlflow import MlflowClient

versions = MlflowClient(tracking_uri).search_model_versions("name='iris'")
version = max(int(one.version) for one in versions)
served = json.loads(run(f"matcha model deploy models:/iris/{version} --output json"))

# %% [markdown]
# ## A question
#
# `example` is a request with the model's own inputs, which is filled with a flower here.

# %%
flower = table.iloc[0]
request = served["example"]
for tensor in request["inputs"]:
    tensor["data"] = [float(flower[tensor["name"]])]
answer = requests.post(served["url"], json=request, timeout=30)
answer.raise_for_status()
print("It is a", answer.json()["outputs"][0]["data"][0], "and was a", flower["species"])
