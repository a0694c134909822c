"""The page of performance is what its writer makes of the committed results, and these hold every budget."""

import copy
import json
import platform
import re

import pytest
from benches.link import LINKS, Counter, open_link
from benches.report import budgets, page, plots, results
from benches.tools import OURS
from tests.support.transports import CountingTransport

from belay import Device
from belay.transport.connect import connect

CONTENT = bytes(range(256)) * 64


@pytest.fixture(scope="module")
def committed():
    return results.load()


def test_the_page_is_the_writers(committed):
    assert page.page(committed) == page.FILE.read_text("utf-8")


def test_each_plot_was_drawn_from_these_results(committed):
    shown = re.findall(r"\]\(performance/(\w+\.svg)\)", page.page(committed))
    assert sorted(shown) == sorted(path.name for path in page.PLOTS.iterdir())
    for name in shown:
        assert plots.digest(committed) in (page.PLOTS / name).read_text("utf-8")


@pytest.mark.parametrize("budget", budgets.BUDGETS, ids=lambda one: f"{one.operation}: {one.figure}")
def test_the_budget_holds(committed, budget):
    assert budget.holds(committed), budget.value(committed, OURS)


def test_the_results_do_not_name_the_machine(committed):
    assert committed["run"].keys() == {
        "date", "minutes", "load", "cores", "system", "python", "belay",
    }  # fmt: skip
    text = json.dumps(committed)
    assert platform.node() not in text
    assert not re.search(r"/(home|root|tmp|Users)\b", text)


def test_a_budget_can_be_exceeded(committed):
    spoilt = copy.deepcopy(committed)
    spoilt["wire"]["60 files, unchanged"][OURS]["alone"]["exchanges"] = 3
    assert [(row[0].operation, row[0].figure) for row in budgets.table(spoilt) if not row[-1]] == [
        ("60 files, unchanged", "exchanges")
    ]
    assert page.page(spoilt).count("**exceeded**") == 1


def test_what_is_missing_is_said(committed, tmp_path):
    """A peer that could not be had, and benches that did not run."""
    without = copy.deepcopy(committed)
    for group in ("wire", "start"):
        for measured in without[group].values():
            measured.pop("mpytool", None)
    assert page.page(without).count("| mpytool | not measured |") == len(page.WHOLE.keys() - page.OF_BELAY)
    plots.draw(without, tmp_path)
    assert ">mpremote<" in (tmp_path / "wire.svg").read_text("utf-8")
    bare = page.page({"run": committed["run"], "wire": {}, "start": {}, "times": {}})
    assert bare.count(page.MISSING) > len(budgets.BUDGETS)
    assert "holds" not in bare


@pytest.mark.parametrize(("link", "seconds"), [("UART 115200", 1.002), ("USB", 0.0164), ("Wi-Fi", 0.1552)])
def test_a_modelled_time(link, seconds):
    figures = {"bytes_up": 11_000, "bytes_down": 520, "exchanges": 1, "credits": 7}
    assert LINKS.keys() == {"UART 115200", "USB", "Wi-Fi"}
    assert page.modelled_s(figures, link) == pytest.approx(seconds)


def test_a_burst_is_all_until_an_answer():
    counter = Counter()
    for sent, delivered in [
        (b"print(1)", b""), (b"\x04", b"OK"), (b"", b"1\r\n\x04\x04>"),  # one exchange
        (b"\x05A\x01", b"R\x01\x80\x00\x01"), (b"text", b"\x01"), (b"more\x04", b"\x04\x04\x04>"),
    ]:  # fmt: skip
        if sent:
            counter.sent(sent)
        if delivered:
            counter.delivered(delivered)
    passed = counter.take()
    assert (passed.exchanges, passed.credits) == (2, 2)
    assert (passed.bytes_up, passed.bytes_down) == (21, 18)
    assert vars(counter.take()) == {"exchanges": 0, "credits": 0, "bytes_up": 0, "bytes_down": 0}


def test_the_paced_link_counts_as_the_exact_tests_do():
    line = CountingTransport(connect("sim:"))
    with Device(line) as device:
        line.take()
        device.fs.write("/x", CONTENT)
        assert device.fs.read("/x") == CONTENT
        exact = line.take()
    with open_link() as link, Device(link.port) as device:
        link.take()
        device.fs.write("/x", CONTENT)
        assert device.fs.read("/x") == CONTENT
        passed = link.take()
    # How many grants go into one answer depends on time.
    exact, passed = ({**vars(count), "credits": 0} for count in (exact, passed))
    assert passed == exact
