"""A target that is installed beside matcha, and what its tests share."""
