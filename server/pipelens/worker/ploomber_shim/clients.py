"""Clients can be imported and named; using one says what is missing."""


class _Client:
    def __init__(self, *args, **kwargs):
        raise RuntimeError(
            "{} comes with the ploomber package, which is not installed here, and this version of pipelens "
            "has no clients of its own: install ploomber beside the project, or do without the client".format(
                type(self).__name__
            )
        )


class Client(_Client):
    pass


class DBAPIClient(_Client):
    pass


class SQLAlchemyClient(_Client):
    pass


class ShellClient(_Client):
    pass


class RemoteShellClient(_Client):
    pass


class LocalStorageClient(_Client):
    pass


class S3Client(_Client):
    pass


class GCloudStorageClient(_Client):
    pass
