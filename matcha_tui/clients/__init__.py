"""The client tools of whoever uses a stack: each is told where the stack is."""
