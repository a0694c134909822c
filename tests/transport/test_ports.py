"""``UsbSpecifier`` and ``list_devices`` on lists of ports that the tests give."""

from types import SimpleNamespace

import pytest

from belay.exceptions import DeviceNotFoundError, InsufficientSpecifierError
from belay.transport.ports import UsbSpecifier, list_devices, only_usb_port, port_of
from belay.transport.serial import system_ports

PICO = {
    "vid": 0x2E8A,
    "pid": 5,
    "serial_number": "e6614c311b137637",
    "manufacturer": "MicroPython",
    "product": "Board in FS mode",
    "location": "1-1.1.3:1.0",
}


def port(device, **fields):
    nothing = dict.fromkeys(PICO)
    return SimpleNamespace(device=device, **{**nothing, **fields})


PORTS = [
    port("/dev/ttyS0"),
    port("/dev/ttyACM1", **{**PICO, "serial_number": "E6614C311B000001", "location": "1-1.1.4:1.0"}),
    port("/dev/ttyACM0", **PICO),
    port("/dev/ttyUSB0", vid=0x10C4, pid=0xEA60, product="CP2102 USB to UART"),
]


def ports():
    return list(PORTS)


def test_list_devices_gives_the_usb_ports_by_name():
    devices = list_devices(ports=ports)
    assert [device.to_port(ports=ports) for device in devices] == [
        "/dev/ttyACM0",
        "/dev/ttyACM1",
        "/dev/ttyUSB0",
    ]
    assert devices[0] == UsbSpecifier(**PICO)
    assert list_devices(ports=list) == []


def test_list_devices_reads_the_system():
    assert all(device.vid is not None for device in list_devices())
    assert all(isinstance(port.device, str) for port in system_ports())


@pytest.mark.parametrize(
    "fields",
    [
        PICO,
        {"serial_number": "e6614c311b137637"},
        {"serial_number": "E6614C311B137637", "manufacturer": "MICROPYTHON"},
        {"vid": 0x2E8A, "location": "1-1.1.3:1.0"},
    ],
)
def test_a_subset_of_fields_fits_without_regard_to_case(fields):
    assert UsbSpecifier(**fields).to_port(ports=ports) == "/dev/ttyACM0"


@pytest.mark.parametrize("fields", [{"vid": 1}, {"pid": 0}, {"product": "Board"}, {**PICO, "pid": 6}])
def test_nothing_fits(fields):
    with pytest.raises(DeviceNotFoundError, match=r"(?s)no port fits UsbSpecifier\(.*\n  /dev/ttyUSB0: "):
        UsbSpecifier(**fields).to_port(ports=ports)


def test_several_fit_and_are_listed():
    with pytest.raises(InsufficientSpecifierError) as caught:
        UsbSpecifier(vid=0x2E8A).to_port(ports=ports)
    message = caught.value.message
    assert "/dev/ttyACM0: UsbSpecifier(vid=11914, pid=5, serial_number='e6614c311b137637'" in message
    assert "/dev/ttyACM1: " in message
    assert "ttyUSB0" not in message


def test_an_empty_specifier_fits_every_usb_port_and_no_other():
    with pytest.raises(InsufficientSpecifierError) as caught:
        UsbSpecifier().to_port(ports=ports)
    assert caught.value.message.count("/dev/tty") == 3
    assert UsbSpecifier().to_port(ports=lambda: PORTS[:2]) == "/dev/ttyACM1"


def test_the_only_usb_port():
    assert only_usb_port(lambda: PORTS[:2]).device == "/dev/ttyACM1"
    with pytest.raises(DeviceNotFoundError, match="no USB serial port was found"):
        only_usb_port(lambda: PORTS[:1])
    with pytest.raises(InsufficientSpecifierError, match="/dev/ttyACM0"):
        only_usb_port(ports)


def test_populated_and_repr_know_only_what_is_set():
    assert not UsbSpecifier().populated()
    assert UsbSpecifier(pid=0).populated()
    assert repr(UsbSpecifier()) == "UsbSpecifier()"
    assert repr(UsbSpecifier(vid=1, product="x")) == "UsbSpecifier(vid=1, product='x')"
    assert eval(repr(UsbSpecifier(**PICO))) == UsbSpecifier(**PICO)


@pytest.mark.parametrize("fields", [{}, {"vid": 11914, "pid": 5}, PICO, {"product": 'Ünïcode "board"'}])
def test_json_round_trip(fields):
    specifier = UsbSpecifier(**fields)
    assert UsbSpecifier.from_json(specifier.to_json()) == specifier


def test_json_as_belay_select_prints_it():
    text = '{ "vid": 11914, "pid": 5, "serial_number": null, "product": "Board in FS mode" }'
    assert UsbSpecifier.from_json(text) == UsbSpecifier(vid=11914, pid=5, product="Board in FS mode")
    assert UsbSpecifier(vid=11914, pid=5).to_json() == '{"vid": 11914, "pid": 5}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{vid: 5}", "is no JSON"),
        ("[1]", "is no JSON object"),
        ('{"vdi": 5}', "unknown key 'vdi'; known are vid, pid, serial_number"),
        ('{"vid": "0x2e8a"}', "needs int as 'vid', not \"0x2e8a\""),
        ('{"vid": true}', "needs int as 'vid', not true"),
        ('{"product": 5}', "needs str as 'product', not 5"),
    ],
)
def test_json_that_is_no_description(text, message):
    with pytest.raises(DeviceNotFoundError) as caught:
        UsbSpecifier.from_json(text)
    assert message in caught.value.message


def test_an_unknown_field_is_a_type_error():
    with pytest.raises(TypeError):
        UsbSpecifier(vdi=5)


def test_a_port_is_found_by_its_path_and_through_links(tmp_path):
    device, link = tmp_path / "ttyACM0", tmp_path / "by-id"
    device.touch()
    link.symlink_to(device)
    known = port(str(device), **PICO)
    for path in (device, link):
        assert port_of(str(path), lambda: [PORTS[0], known]) is known
    assert port_of(str(tmp_path / "other"), lambda: [known]) is None
    assert port_of("COM3", lambda: [port("COM3")]).device == "COM3"
