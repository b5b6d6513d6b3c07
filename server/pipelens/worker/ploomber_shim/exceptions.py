"""Exceptions that a task or a hook raises or expects."""


class BaseException(Exception):
    """The base of the package's errors."""


class DAGBuildEarlyStop(Exception):
    """Ends a build quietly: what depends on the task does not run."""


class DAGBuildError(Exception):
    pass


class DAGRenderError(Exception):
    pass


class TaskBuildError(BaseException):
    pass


class TaskRenderError(Exception):
    pass


class RenderError(Exception):
    pass


class SourceInitializationError(BaseException):
    pass


class UpstreamKeyError(Exception):
    pass


class MissingClientError(Exception):
    pass


class ValidationError(BaseException):
    pass
