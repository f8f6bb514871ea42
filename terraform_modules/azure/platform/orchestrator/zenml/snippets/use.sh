matcha connect
zenml stack describe
matcha open orchestrator
