"""The full-screen wizard, one screen a file with its stylesheet beside it."""
