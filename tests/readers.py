"""The two virtual card readers of a test process, by name."""

PICC = "ACS ACR122U PICC Interface"
OMNIKEY = "HID Global OMNIKEY 5022 Smart Card Reader"
