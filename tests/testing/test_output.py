"""`BoardOutput`: nothing is lost or told twice, whenever it comes."""

import sys
import threading

from belay.testing.output import BoardOutput


def test_text_is_that_of_the_test_and_reports_take_what_is_new():
    output = BoardOutput()
    output.write("one ")
    assert output.unreported() == "one "
    output.write("two")
    assert (output.text, output.unreported(), output.unreported()) == ("one two", "two", "")
    output.write("late")
    output.begin()
    assert (output.text, output.unreported()) == ("late", "late")
    output.begin()
    assert output.text == ""


def test_live_output_goes_to_the_stdout_of_the_moment(capsys):
    output = BoardOutput(live=True)
    output.write("now")
    assert (capsys.readouterr().out, output.text) == ("now", "now")


def test_what_is_printed_while_tests_begin_and_report_is_told_once():
    output = BoardOutput()
    told = []
    writer = threading.Thread(target=lambda: [output.write(f"{n} ") for n in range(20_000)])
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        writer.start()
        while writer.is_alive():
            told.append(output.unreported())
            output.begin()
    finally:
        writer.join()
        sys.setswitchinterval(interval)
    told.append(output.unreported())
    assert "".join(told).split() == [str(n) for n in range(20_000)]
