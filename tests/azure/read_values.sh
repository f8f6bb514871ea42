#!/usr/bin/env bash
# Reads the values of a stack on Azure as setup scripts in the field do: with sed alone, once
# there is a state.
set -eu

if [ ! -f .matcha/infrastructure/matcha.state ]; then
    echo "nothing is provisioned" >&2
    exit 1
fi

get_secret() {
    matcha get "$1" "$2" --output json --show-sensitive | sed -n 's/.*"'"$2"'": "\(.*\)".*/\1/p'
}

get_value() {
    matcha get "$1" "$2" --output json | sed -n 's/.*"'"$2"'": "\(.*\)".*/\1/p'
}

echo "tracking $(get_value experiment-tracker tracking-url)"
echo "server $(get_secret pipeline server-url)"
echo "username $(get_secret pipeline server-username)"
echo "password $(get_secret pipeline server-password)"
echo "storage $(get_secret pipeline storage-path)"
echo "connection $(get_secret pipeline connection-string)"
echo "registry $(get_value container-registry registry-url)"
echo "registry-name $(get_secret container-registry registry-name)"
echo "context $(get_value orchestrator k8s-context)"
echo "deployer http://$(get_value model-deployer base-url)"
echo "workloads $(get_secret model-deployer workloads-namespace)"
