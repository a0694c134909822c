"""What the results say about the run itself."""

import os
import time

import pytest
from benches import peers, tools
from benches.data import make


def pytest_configure(config):
    config.run_began = (time.time(), os.getloadavg()[0])


def pytest_benchmark_update_json(config, output_json):
    began, load = config.run_began
    output_json["run"] = {
        "minutes": (time.time() - began) / 60,
        "load": [load, os.getloadavg()[0]],
        "cores": os.cpu_count(),
    }


def available(name):
    """The tool, or a skip that says why it cannot be had."""
    try:
        tools.program_of(name)
    except peers.Unavailable as reason:
        pytest.skip(str(reason))
    return name


@pytest.fixture(params=tools.TOOLS)
def tool(request):
    """Each tool."""
    return available(request.param)


@pytest.fixture(params=tools.BELAYS)
def either_belay(request):
    """Ours, and the earlier one."""
    return available(request.param)


@pytest.fixture(scope="session")
def packages():
    """The 60 files: path and content."""
    try:
        return make.packages()
    except make.Unavailable as reason:
        pytest.skip(str(reason))
