"""The board as a Python object."""
