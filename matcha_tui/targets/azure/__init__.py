"""The azure target: a stack on Azure, in a cluster of its own."""
