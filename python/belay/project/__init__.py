"""A project on the host: its configuration, the edits of it, its folders.

config      `pyproject.toml` -> what belay is asked to do; every error names file, key and expectation
edit        a dependency added to `pyproject.toml`, comments and order kept
folders     the folders and files that `run` and `install` take
names       those that a project cannot have
install     all of it, to a board
"""
