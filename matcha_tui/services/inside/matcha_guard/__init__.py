"""Keeps web pages away from a service: only the standard library, uvicorn and httpx are there."""
