"""Bringing what a clone does not carry: front-end files, the demo's pictures, locked dependencies."""
