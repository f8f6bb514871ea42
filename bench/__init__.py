"""What the command line costs, measured."""
