"""What autodoc does not know: Google's sections, the decorators' options, the tree of the exceptions."""

import inspect
import re

from sphinx.ext.napoleon import Config, GoogleDocstring
from sphinx.pycode import ModuleAnalyzer

import belay
from belay.device import decorators as module

CONFIG = Config(napoleon_use_ivar=True)
KINDS = ("setup", "task", "thread", "teardown")


def google(_app, what, name, _object, _options, lines):
    """Google's sections become fields.

    As ``sphinx.ext.napoleon`` does, which takes an attribute's first words before a colon for its type.
    """
    if what == "module" and name == "belay.exceptions":
        del lines[1:]  # the tree, which the page draws itself
    lines[:] = GoogleDocstring(list(lines), CONFIG).lines()


def signature(_app, what, _name, _object, _options, given, _returned):
    """Exceptions are caught, not made: theirs is left out."""
    return ("", "") if what == "exception" and given else None


def decorators():
    """``Device.task`` and its like: instances whose ``__call__`` has overloads, of which one has options."""
    analyzer = ModuleAnalyzer.for_module(module.__name__)
    analyzer.analyze()
    return "\n\n".join(decorator(kind, analyzer) for kind in KINDS)


def decorator(kind, analyzer):
    cls = type(vars(belay.Device)[kind])
    signature = analyzer.overloads[f"{cls.__name__}.__call__"][1]
    _self, _function, *given = signature.parameters.values()
    options = ", ".join(map(option, given))
    details = inspect.getdoc(cls.__call__).partition("\n\n")[2]  # behind "Decorate a function; ..."
    body = str(GoogleDocstring(f"{inspect.getdoc(cls)}\n\n{details}", CONFIG))
    lines = [f".. py:decoratormethod:: Device.{kind}(function=None, *, {options})", ""]
    lines += [f"   {line}" if line else "" for line in body.splitlines()]
    return "```{eval-rst}\n.. py:currentmodule:: belay\n\n" + "\n".join(lines) + "\n```"


def option(parameter):
    """As it stands in a signature."""
    annotation = re.sub(r"Optional\[(.*)\]", r"\1 | None", parameter.annotation)
    return f"{parameter.name}: {annotation} = {parameter.default}"


def exceptions():
    """The tree as `belay.exceptions` draws it, each name a link."""
    tree = inspect.getdoc(belay.exceptions).splitlines()[2:]
    links = [re.sub(r"(?<!\()\b([A-Z][a-z]+[A-Z]\w+)", r":py:exc:`\1`", line) for line in tree]
    lines = [".. py:currentmodule:: belay.exceptions", "", ".. parsed-literal::", ""]
    return "```{eval-rst}\n" + "\n".join(lines + [f"   {line}" for line in links]) + "\n```"
