# %% [markdown]
# # Search by meaning
#
# Texts become vectors by a small method that needs no download (LSA of scikit-learn), Chroma keeps
# them, and a question finds the nearest. Before: `matcha connect`, which writes the addresses to
# `.env`.

# %%
import os

import chromadb
from dotenv import find_dotenv, load_dotenv
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer

load_dotenv(find_dotenv(usecwd=True))

TEXTS = {
    "matcha": "Matcha is green tea, ground to a fine powder and beaten in a bowl.",
    "sencha": "Sencha is green tea whose leaves are steamed, rolled and dried.",
    "espresso": "Espresso is coffee that hot water is pressed through under high pressure.",
    "filter": "Filter coffee drips through paper, and needs coarse beans and patience.",
    "kubernetes": "Kubernetes runs containers on many machines and starts them again.",
    "terraform": "Terraform builds clusters, networks and disks from files.",
}

# %% [markdown]
# ## Texts become vectors
#
# A language model would make better ones; everything after this line stays the same.

# %%
embed = make_pipeline(
    TfidfVectorizer(stop_words="english"),
    TruncatedSVD(n_components=4, random_state=0),
    Normalizer(),
)
vectors = embed.fit_transform(TEXTS.values())

# %% [markdown]
# ## Chroma keeps them
#
# Its page: `matcha open vector-database`.

# %%
client = chromadb.HttpClient(host=os.environ["CHROMA_HOST"], port=int(os.environ["CHROMA_PORT"]))
documents = client.get_or_create_collection("documents", embedding_function=None)
documents.upsert(ids=list(TEXTS), embeddings=vectors.tolist(), documents=list(TEXTS.values()))
print(documents.count(), "texts are kept")

# %% [markdown]
# ## A question finds the nearest

# %%
question = "a bowl of green tea"
found = documents.query(query_embeddings=embed.transform([question]).tolist(), n_results=2)
for name, text in zip(found["ids"][0], found["documents"][0], strict=True):
    print(f"{name}: {text}")
