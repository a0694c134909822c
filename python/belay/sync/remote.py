"""A board's files for people: ``device.fs``."""
