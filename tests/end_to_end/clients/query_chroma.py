"""Fill a Chroma collection with vectors through the client library, and query it."""

import sys
from urllib.parse import urlsplit

import chromadb

address = urlsplit(sys.argv[1])
client = chromadb.HttpClient(host=address.hostname, port=address.port)
collection = client.get_or_create_collection("teas", embedding_function=None)
collection.upsert(
    ids=["sencha", "assam"],
    embeddings=[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
    documents=["green", "black"],
)
found = collection.query(query_embeddings=[[0.9, 0.1, 0.0]], n_results=1)
print(found["ids"][0][0], found["documents"][0][0])
