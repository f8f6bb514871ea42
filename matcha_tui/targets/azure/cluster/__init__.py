"""What is done with the deployed cluster itself, beside Terraform."""
