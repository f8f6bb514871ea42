"""The local target: real servers on this machine, without Docker or an account."""
