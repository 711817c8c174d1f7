"""What the Gallery page is made of."""
