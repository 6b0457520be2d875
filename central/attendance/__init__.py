"""Passages as the centre keeps them, and the feed by which others pull them."""
