"""Creates, fills and queries a collection of Chroma, and deletes it."""

import os
import uuid

import chromadb
from chromadb.config import Settings

names = ("chroma_client_auth_provider", "chroma_client_auth_credentials")
login = {name: os.environ[name.upper()] for name in names if name.upper() in os.environ}
client = chromadb.HttpClient(
    host=os.environ["CHROMA_HOST"],
    port=int(os.environ["CHROMA_PORT"]),
    settings=Settings(anonymized_telemetry=False, **login),
)
name = f"matcha-verify-{uuid.uuid4().hex[:8]}"
teas = client.create_collection(name, embedding_function=None)
try:
    teas.add(
        ids=["sencha", "assam"],
        embeddings=[[1.0, 0.1], [0.1, 1.0]],
        documents=["green", "black"],
    )
    found = teas.query(query_embeddings=[[0.9, 0.2]], n_results=1)
    assert found["ids"] == [["sencha"]], found
finally:
    client.delete_collection(name)
print("filled a collection and found the nearest of two")
