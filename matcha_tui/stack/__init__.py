"""What can be chosen: the catalog of flavors, and the stack made from it."""
