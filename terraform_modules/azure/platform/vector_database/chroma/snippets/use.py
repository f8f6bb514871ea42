# CHROMA_CLIENT_AUTH_PROVIDER and its credentials are in .env, by `matcha connect`.
import os

import chromadb
from chromadb.config import Settings

settings = Settings(
    chroma_client_auth_provider=os.environ["CHROMA_CLIENT_AUTH_PROVIDER"],
    chroma_client_auth_credentials=os.environ["CHROMA_CLIENT_AUTH_CREDENTIALS"],
)
client = chromadb.HttpClient(host="${url}", port=443, settings=settings)
teas = client.get_or_create_collection("example", embedding_function=None)
teas.upsert(
    ids=["sencha", "assam"],
    embeddings=[[1.0, 0.1], [0.1, 1.0]],
    documents=["green", "black"],
)
print(teas.query(query_embeddings=[[0.9, 0.2]], n_results=1)["documents"])
