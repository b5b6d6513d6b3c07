"""Exceptions that a task or a hook raises."""


class BaseException(Exception):
    """The base of the package's errors."""


class DAGBuildEarlyStop(BaseException):
    """Ends a build quietly: what depends on the task does not run."""
