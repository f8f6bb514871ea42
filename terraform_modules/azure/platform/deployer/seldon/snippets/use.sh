matcha model list # deploy one: matcha model deploy models:/iris/1
user=$(matcha get model-deployer username --output raw --show-sensitive)
password=$(matcha get model-deployer password --output raw --show-sensitive)
curl --fail --silent --user "$user:$password" https://${base-url}/seldon/healthz
