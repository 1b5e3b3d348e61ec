"""画面: how a page is shown to whoever signed in; the look of it is deploy's."""

from typing import Any, Protocol, runtime_checkable

from litestar import Request, Response


@runtime_checkable
class Show(Protocol):
    """A page of the console in the reader's language, with what stands on it."""

    def __call__(self, request: Request[Any, Any, Any], name: str, **said: Any) -> Response[bytes]:
        """The page of this template."""
        ...
