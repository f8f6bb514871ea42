#!/usr/bin/env bash
# Reads values as setup scripts in the field do: only with sed, only once there is a state.
set -eu

if [ ! -f .matcha/infrastructure/matcha.state ]; then
    echo "nothing is provisioned" >&2
    exit 1
fi

get_value() {
    matcha get "$1" "$2" --output json --show-sensitive | sed -n 's/.*"'"$2"'": "\(.*\)".*/\1/p'
}

mlflow_tracking_url=$(get_value experiment-tracker tracking-url)
zenml_server_url=$(get_value pipeline server-url)
zenml_server_username=$(get_value pipeline server-username)
zenml_server_password=$(get_value pipeline server-password)
seldon_ingress_host=$(get_value model-deployer base-url)

echo "$mlflow_tracking_url"
echo "$zenml_server_url"
echo "$zenml_server_username ${#zenml_server_password}"
echo "http://$seldon_ingress_host"
