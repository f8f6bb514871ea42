"""Signs in to ZenML's server, and asks for its user, its stacks and its pipelines."""

from zenml.client import Client

client = Client()
user, stacks = client.active_user.name, client.list_stacks()
client.list_pipelines()
print(f"signed in as {user}, and found {stacks.total} stacks")
