"""How `make docs` builds the pages: Sphinx, Markdown by MyST, the theme Furo. Nothing is fetched."""

import sys
from pathlib import Path

import belay

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "belay"
author = "the authors of belay"
project_copyright = "the authors of belay, Apache-2.0"
version = release = belay.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "generated"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
smartquotes = False  # "--option" is no dash

add_module_names = False
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
autodoc_inherit_docstrings = False
autodoc_preserve_defaults = True
autodoc_type_aliases = {"Stream": "TextIO | None"}
python_use_unqualified_type_names = True
maximum_signature_line_length = 70

nitpicky = True
# The standard library's pages are on the network; one-letter names are type variables.
nitpick_ignore_regex = [
    (
        r"py:.*",
        r"(collections|mmap|os|pathlib|subprocess|types|typing)\..*|.*\.[A-Z]|TextIO|ModuleType|PathLike",
    )
]

html_title = f"belay {release}"
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["belay.css"]
html_copy_source = False
html_theme_options = {
    "navigation_with_keys": True,
    "top_of_page_buttons": [],
}
pygments_style = "friendly"
pygments_dark_style = "native"
