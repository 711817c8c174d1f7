"""Fetches images from untrusted URLs. The only package of studio that opens connections."""
