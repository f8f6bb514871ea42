# MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD are in .env, by `matcha connect`.
import mlflow

mlflow.set_tracking_uri("${tracking-url}")
with mlflow.start_run():
    mlflow.log_param("depth", 3)
    mlflow.log_metric("accuracy", 0.75)
print(mlflow.search_runs(output_format="list")[0].data.metrics)
