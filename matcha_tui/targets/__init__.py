"""Where a stack is built, and what is particular to each place."""
