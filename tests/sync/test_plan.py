"""Plans as tables: what is wanted, what is there, and the steps."""

import pytest

from belay.exceptions import FileSystemError
from belay.sync.plan import TEMPORARY, case_twins, plan

NOTHING = frozenset()


def steps(wanted, present, keep=NOTHING, **options):
    """In short: ``+folder``, ``=file``, ``-removed``."""
    signs = {"make": "+", "put": "=", "remove": "-", "remove folder": "-"}
    return " ".join(
        signs[step.action] + step.name for step in plan(tree(wanted), tree(present), keep, **options)
    )


def tree(text):
    """``"a=1 b/"``: a file with a hash, a folder."""
    rows = (word.partition("=") for word in text.split())
    return {name: int(number or 0) for name, _, number in rows}


@pytest.mark.parametrize(
    ("wanted", "present", "expected"),
    [
        ("", "", ""),
        ("a=1", "a=1", ""),
        ("a=1", "", "=a"),
        ("a=1", "a=2", "=a"),
        ("", "a=1", "-a"),
        ("d/", "", "+d"),
        ("d/ d/e/ d/e/f=1", "", "+d +d/e =d/e/f"),
        ("", "d/ d/e/ d/e/f=1", "-d/e/f -d/e -d"),
        ("d/ d/a=1", "d/ d/b=2", "=d/a -d/b"),
        ("b=1 c=1", "a=1 c=2 d=1", "=b =c -d -a"),
        # A file where a folder is to be, and the other way round.
        ("x/ x/y=1", "x=5", "-x +x =x/y"),
        ("x=1", "x/ x/y=5 x/z/ x/z/w=6", "-x/z/w -x/z -x/y -x =x"),
        ("x=1 y=1", "x/ y=1", "-x =x"),
        # An empty file has a hash, too: with a CRC it is the folders' number.
        ("e=0", "", "=e"),
        ("e=0", "e=0", ""),
        # A folder and a file whose name begins like it.
        ("a/ a.txt=1", "a.txt=1 a.py=2", "+a -a.py"),
    ],
)
def test_steps(wanted, present, expected):
    assert steps(wanted, present) == expected


@pytest.mark.parametrize(
    ("keep", "expected"),
    [
        (NOTHING, "-lib/x -lib -boot.py -b/c -b/a -b -a"),
        (None, ""),
        ({"lib"}, "-boot.py -b/c -b/a -b -a"),
        ({"boot.py", "lib"}, "-b/c -b/a -b -a"),
        ({"b/c"}, "-lib/x -lib -boot.py -b/a -a"),
        ({"li", "boo", "a/x"}, "-lib/x -lib -boot.py -b/c -b/a -b -a"),
    ],
)
def test_what_is_kept(keep, expected):
    present = "a=1 boot.py=1 lib/ lib/x=1 b/ b/a=1 b/c=1"
    assert steps("", present, frozenset(keep) if keep is not None else None) == expected


def test_what_is_wanted_wins_over_what_is_kept():
    assert steps("boot.py=2 lib=1", "boot.py=1 lib/ lib/x=1", frozenset({"boot.py", "lib"})) == (
        "=boot.py -lib/x -lib =lib"
    )


def test_a_leftover_of_ours_always_goes():
    assert steps("a=1", f"a=1 {TEMPORARY}=5", None) == f"-{TEMPORARY}"


def test_a_file_that_has_no_room_beside_its_old_version():
    assert steps("a=1 b=1", "a=2 b=2", first_remove={"b", "c"}) == "=a -b =b"


def test_room_is_made_first():
    present = "a=2 x/ x/y=1 z=1"
    assert steps("a=1 n/ z/", present, removals_first=True) == "-x/y -x +n -z +z =a"
    assert steps("a=1 n/ z/", present) == "+n -z +z =a -x/y -x"


@pytest.mark.parametrize(
    ("wanted", "present", "expected"),
    [
        ("Foo.py=1", "foo.py=1", ""),
        ("Foo.py=2", "foo.py=1", "=Foo.py"),
        ("Lib/ Lib/a=1", "lib/ lib/A=1 lib/b=1", "-Lib/b"),
        ("Lib/ Lib/a=2", "LIB/ LIB/a=1", "=Lib/a"),
        ("", "Foo=1", "-Foo"),
    ],
)
def test_a_filesystem_that_folds_case(wanted, present, expected):
    assert steps(wanted, present, folds_case=True) == expected


def test_names_that_are_one_on_the_board_are_refused():
    with pytest.raises(FileSystemError, match="one"):
        steps("a=1 A=1", "", folds_case=True)


def test_case_matters_only_where_names_differ_by_it_alone():
    assert case_twins(tree("a=1"), tree("A=1"))
    assert case_twins(tree("a=1 A=2"), {})
    assert not case_twins(tree("a=1 b=2"), tree("b=2 a=2"))
