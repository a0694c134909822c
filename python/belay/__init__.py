"""Control a microcontroller board from ordinary Python."""

from ._native import __version__, minify
from .exceptions import BelayException

__all__ = ["BelayException", "__version__", "minify"]
