"""Runs on the board."""

import sys

print("PROJECT runs on", sys.implementation.name, sys.platform)
