"""How the lending service can fail. A "no" from the library is an answer, not one of these."""


class ServiceError(Exception):
    """Base of all. Messages carry no patron data."""


class ServiceUnreachable(ServiceError):
    """Nothing was said (no connection, or an answer before any effect that asks to come later): try later.

    ``retry_after_s`` is what the service asked for, or None.
    """

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ServiceBusy(ServiceUnreachable):
    """Nothing was said: the library is there and asks for patience (429, 503)."""


class ServiceDenied(ServiceUnreachable):
    """Nothing was said: it is refused (401, 403). Either all that comes with this credential is, or, while other things
    are answered, this alone, by something in between (a web firewall) that dislikes it."""


class ServiceSilent(ServiceError):
    """Said, and no usable reply: the outcome is unknown. Say the same again with the same key, nothing else."""


class ServicePostponed(ServiceError):
    """The library is there, and the rest has to wait ``after_s``: there was no time left to say it whole, or what was
    not answered may still be under way there. Then say the same again, with the same keys, first."""

    def __init__(self, message: str, after_s: float = 0.0) -> None:
        super().__init__(message)
        self.after_s = after_s


class ServiceBroken(ServiceError):
    """The reply breaks the protocol (wrong JSON, wrong shape, an error it should not give): outcome unknown."""


class ServiceGap(ServiceBroken):
    """The service has not heard the tellings before these (its data or the point's is an older copy).

    Nothing was applied. ``expected`` is the seq it wants next: say them from there, in order.
    """

    def __init__(self, message: str, expected: int) -> None:
        super().__init__(message)
        self.expected = expected
