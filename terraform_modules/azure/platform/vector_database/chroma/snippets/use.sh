eval "$(matcha env --show-sensitive)"
curl --fail --silent --user "$CHROMA_CLIENT_AUTH_CREDENTIALS" ${url}/api/v2/heartbeat
