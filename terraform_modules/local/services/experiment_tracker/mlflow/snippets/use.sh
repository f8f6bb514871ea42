export MLFLOW_TRACKING_URI=${tracking-url}
curl --fail --silent $MLFLOW_TRACKING_URI/version
matcha open experiment-tracker
