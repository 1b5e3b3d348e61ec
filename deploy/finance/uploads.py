"""ファイルの受取: a form with a file, from a page of this hub, as a browser sends it."""

from litestar.datastructures import UploadFile

from auth.people.reception import Asked, Reception, whole
from auth.people.refusals import OtherSite
from auth.people.sessions import Session
from federation.refusals import Validation

MOST_BYTES_OF_UPLOAD = 256 * 1024
MOST_BYTES_OF_FILE = 190_000
MULTIPART = "multipart/form-data"


async def uploaded(
    request: Asked, reception: Reception, session: Session
) -> tuple[dict[str, str], bytes]:
    """The fields of a form, and the one file in it; a form without our token is another site's."""
    await whole(request)
    reception.from_here(request)
    if not request.headers.get("content-type", "").lower().startswith(MULTIPART):
        raise OtherSite
    try:
        told = await request.form()
    except ValueError:
        raise Validation(pointer="") from None
    fields = {name: value for name, value in told.items() if isinstance(value, str)}
    if not reception.means.seals.is_form_token(
        fields.get("form_token", ""), session.session_sha256
    ):
        raise OtherSite
    file = told.get("file")
    if not isinstance(file, UploadFile):
        raise Validation(pointer="/file")
    content = await file.read()
    if not 1 <= len(content) <= MOST_BYTES_OF_FILE:
        raise Validation(pointer="/file")
    return fields, content
