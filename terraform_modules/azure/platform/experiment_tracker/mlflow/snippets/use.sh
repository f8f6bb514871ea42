eval "$(matcha env --show-sensitive)"
curl --fail --user "$MLFLOW_TRACKING_USERNAME:$MLFLOW_TRACKING_PASSWORD" ${tracking-url}/version
matcha open experiment-tracker
