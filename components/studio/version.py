"""The version of the studio, as its changelog counts it."""

VERSION = "0.1.0"
