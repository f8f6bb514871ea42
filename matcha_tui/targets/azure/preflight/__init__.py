"""What has to be true before a stack is built on Azure: one file a subject."""
