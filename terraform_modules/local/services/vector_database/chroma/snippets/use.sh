curl --fail --silent ${url}/api/v2/heartbeat
