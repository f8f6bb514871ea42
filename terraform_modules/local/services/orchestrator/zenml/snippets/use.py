# After `matcha connect`, which tells ZenML's client of the server at ${server-url}.
from zenml import pipeline, step


@step
def brew() -> str:
    return "green tea"


@pipeline(enable_cache=False)
def tea() -> None:
    brew()


tea()
