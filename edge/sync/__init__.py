"""What box and centre say to each other."""
