"""The border between Python and Rust: conversions only. This file is its manual; stubtest proves it."""

__all__ = ["__version__", "minify"]

__version__: str

def minify(source: str) -> str:
    """The same program in fewer bytes; every line keeps its number.

    Raises:
        SyntaxError: the text is no Python; ``lineno`` and ``offset`` say where.
    """
