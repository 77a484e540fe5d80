"""Every exception that this package raises on purpose, under one base class.

A bad file is a result (a list of problems), never one of these. These are broken promises: something that must hold
does not. A message says what must hold, what was found and what to do; it holds no personal data and no path.
"""


class CsgMapsError(Exception):
    """Base of all; the command line prints its message as one line and exits non-zero."""


class InputRefused(CsgMapsError):
    """A file, form or argument cannot be used as it is; the message says how to mend it."""


class SchemaBroken(CsgMapsError):
    """A table that crosses a room lacks a promised column, type or range."""


class StoreProblem(CsgMapsError):
    """The store is missing, damaged, locked or full."""


class NotAllowed(CsgMapsError):
    """The access policy says no."""


class TooFewRecords(CsgMapsError):
    """A statistic declines: there is too little to say anything that would hold."""
