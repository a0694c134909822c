"""Fixtures of this folder."""

from tests.support.project import project, webhost

__all__ = ["project", "webhost"]
