"""The one way in for pictures: told apart, checked and cleaned before anything else sees them."""
