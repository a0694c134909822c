"""A module for the board: it is imported there, and found in /thermometer.py after the sync."""


class Thermometer:
    def __init__(self, adc):
        self._adc = adc

    def celsius(self):
        """RP2040 datasheet, 4.9.5."""
        return 27 - (self._adc.read_u16() * 3.3 / 65535 - 0.706) / 0.001721
