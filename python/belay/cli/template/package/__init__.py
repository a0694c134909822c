"""PACKAGE, for the board."""
