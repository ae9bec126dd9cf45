"""The error with which the runner refuses a request."""


class RequestError(Exception):
    """A refusal that goes back to the server as `code` and `message`.

    `code` is one of `path_not_found`, `path_refused`, `file_too_large`, `not_supported`, `exhausted`, `bad_request`,
    `abandoned`, `fault`.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
