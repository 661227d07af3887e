"""What the door answers to what it refuses, and what is said of work in a process of its own. Each such process reads this file."""

from __future__ import annotations

# -- The door --------------------------------------------------------------------------------------------------------------

OTHER_NAME = "this app is not served under that name; I2I_HOSTS may name others."
NOTHING = "there is nothing at this address."
NO_PICTURE = "there is no picture at this address."
GONE = "this file is no longer here, or never was; upload it again."
OTHER_SITE = "another site's page may not send anything here."
NO_ENDPOINT = "there is no endpoint of that name; there are {names}."
NO_JSON = "this is not JSON that can be read here."
NO_DATA = 'what an endpoint gets is sent as {"data": [...]}.'
WRONG_KIND = "{name} is {kind}."
KINDS = {
    "object": "a file: upload it, then send {path, meta}",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a number",
}
BROKE_OFF = "the request broke off."
TOO_LARGE = "this is larger than {megabytes} MB; make it smaller and try again."
FULL_DISK = "The server's disk is full; try again in a few minutes."

# -- Work that is watched --------------------------------------------------------------------------------------------------

TOO_LONG = "this took longer than the {seconds:.0f} seconds that it may take, and was ended."
ENDED = "the process that did the work ended before its time; the machine may be short of memory. Try again."
ERROR = "the work broke off with an error ({fault}); try again, or with another picture."


def minutes(seconds: float | None) -> str:
    """How long somebody else's work will go on, as one says it; None: nobody knows yet."""
    if seconds is None:
        return "a time that is not known yet"
    whole = max(1, round(seconds / 60))
    return "less than a minute" if seconds < 60 else f"about {whole} minute{'s' * (whole > 1)}"


def full(seconds: float | None) -> str:
    """One works and one waits already; seconds: that the present one will take, None where nobody knows yet."""
    when = "in a few minutes" if seconds is None else f"in {minutes(seconds)}"
    return f"one is at work and one waits already; come back {when}."
