"""Prints the name that MLServer gives over gRPC."""

import sys

import grpc
from mlserver.grpc.dataplane_pb2 import ServerMetadataRequest
from mlserver.grpc.dataplane_pb2_grpc import GRPCInferenceServiceStub

with grpc.insecure_channel(sys.argv[1]) as channel:
    print(GRPCInferenceServiceStub(channel).ServerMetadata(ServerMetadataRequest()).name)
