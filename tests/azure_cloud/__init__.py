"""An Azure on 127.0.0.1: sign-in, Resource Manager and blobs, for real clients to talk to.

`azure_cloud()` starts one. What it answers is data (answers.py); what it keeps is a tree
of objects (resources.py); and any request can be made to fail (faults.py).
"""

from tests.azure_cloud.cloud import AzureCloud, azure_cloud
from tests.azure_cloud.faults import Fault
from tests.azure_cloud.messages import Answer, Request

__all__ = ["Answer", "AzureCloud", "Fault", "Request", "azure_cloud"]
