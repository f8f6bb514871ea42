import chromadb

client = chromadb.HttpClient(host="${url:host}", port=${url:port})
teas = client.get_or_create_collection("example", embedding_function=None)
teas.upsert(
    ids=["sencha", "assam"],
    embeddings=[[1.0, 0.1], [0.1, 1.0]],
    documents=["green", "black"],
)
print(teas.query(query_embeddings=[[0.9, 0.2]], n_results=1)["documents"])
