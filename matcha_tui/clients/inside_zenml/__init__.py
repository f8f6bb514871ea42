"""What runs in the user's own ZenML environment, whose Python also searches this folder."""
