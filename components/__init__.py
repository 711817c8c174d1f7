"""The rooms of the studio; the table in README.md says which may import which."""
