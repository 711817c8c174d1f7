"""What a picture's file says of its own making, written and read without touching its pixels."""
