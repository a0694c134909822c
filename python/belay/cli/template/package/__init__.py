"""PACKAGE: `belay install` copies this folder to the board."""
