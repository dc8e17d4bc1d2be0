"""The four ways a device can fail. Workers turn them into readings; they never cross a thread."""


class DeviceError(Exception):
    """Base of all. Messages are for technicians: no patron data in them."""


class DeviceGone(DeviceError):
    """The port or reader is lost; nothing more can be said until it is reopened. What was under way is unknown."""


class DeviceSilent(DeviceError):
    """Asked, and no answer in time: the outcome is unknown. A lock may have moved or may yet move."""


class DeviceRefused(DeviceError):
    """The device (or a limit of ours before it) said no: nothing has moved."""


class WireError(DeviceError):
    """Bytes that break the protocol's rules: as good as silence for what was asked."""
