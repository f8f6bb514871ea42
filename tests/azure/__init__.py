"""The azure target with real Terraform, on stand-ins for the providers that need a cloud."""
