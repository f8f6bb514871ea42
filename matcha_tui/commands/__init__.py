"""The matcha commands, one file a group, loaded when called."""
