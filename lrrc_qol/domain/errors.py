"""Every refusal the clinical core and the use cases can make, one class per meaning."""


class LrrcQolError(Exception):
    """Base of all expected refusals; the text is safe to show to staff."""


class DefinitionError(LrrcQolError):
    """An instrument or protocol definition is wrong; it must stop the start.

    `file` is the path, `place` the key inside the file (or a line), `reason` what is wrong and how to mend it.
    """

    def __init__(self, file: str, place: str, reason: str) -> None:
        super().__init__(f"{file}: {place}: {reason}")
        self.file = file
        self.place = place
        self.reason = reason


class UnknownInstrument(LrrcQolError):
    """No instrument of that id and version is in the catalogue."""


class UnknownProtocol(LrrcQolError):
    """No protocol of that id and version is in the catalogue."""


class WordingUnavailable(LrrcQolError):
    """No wording of this instrument may be shown in this language; there is no fallback to another."""


class InvalidInput(LrrcQolError):
    """Input that a person can mend; `fields` maps a field name to its message."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in fields.items()))
        self.fields = fields


class NotFound(LrrcQolError):
    """The object does not exist, or it is not the actor's: the two look the same on purpose."""


class NotAllowed(LrrcQolError):
    """The actor's role does not cover this act."""


class LinkRefused(LrrcQolError):
    """A link or its check did not open; `reason` is one of the documented link reasons."""

    def __init__(self, reason: str, *, wait_minutes: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_minutes = wait_minutes


class AlreadySubmitted(LrrcQolError):
    """The response is frozen; corrections are amendments with a reason."""


class StaleWrite(LrrcQolError):
    """The write named an older version than the stored one."""


class IdempotencyKeyReused(LrrcQolError):
    """The same idempotency key came with a different body."""
