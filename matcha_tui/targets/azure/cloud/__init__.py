"""How an Azure is reached: endpoints, connections with retries, what refusals mean."""
