"""What the Edit page is made of."""
