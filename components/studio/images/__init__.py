"""Reads, checks, normalizes and stores images. The only package that imports Pillow."""
