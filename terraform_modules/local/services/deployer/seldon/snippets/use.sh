matcha model list # deploy one: matcha model deploy models:/iris/1
curl --fail --silent http://${base-url}/v2
