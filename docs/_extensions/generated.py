"""What pages do not say by hand: `<!-- generated: NAME -->` becomes Markdown that is made from the code."""

import re
from importlib import import_module

import api
import commands
import states
from sphinx.util.logging import getLogger

PUBLIC = ("belay", "belay.micropython", "belay.testing")
"""Each name in the ``__all__`` of these has to be in the reference."""
GENERATORS = {
    "commands": commands.markdown,
    "decorators": api.decorators,
    "exceptions": api.exceptions,
    "states": states.markdown,
    "states-diagram": states.diagram,
    "entry": states.entry,
}
MARKER = re.compile(r"^<!-- generated: (\S+) -->$", re.MULTILINE)


def fill_in(app, _page, source):
    """Replace the markers of a page; an unknown one is a ``KeyError``, which ends the build."""
    source[0], count = MARKER.subn(lambda found: GENERATORS[found[1]](), source[0])
    if count:
        app.env.note_reread()  # the code may have changed though the page has not


def check_public_names(_app, environment):
    documented = {name.rpartition(".")[2] for name in environment.get_domain("py").objects}
    for module in PUBLIC:
        for name in sorted(set(import_module(module).__all__) - documented):
            getLogger(__name__).warning("%s.%s is not in the reference", module, name)


def setup(app):
    app.connect("source-read", fill_in)
    app.connect("autodoc-process-docstring", api.google)
    app.connect("autodoc-process-signature", api.signature)
    app.connect("env-check-consistency", check_public_names)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
