"""URLs of the app's own routes, as a browser is given them.

They are relative: every page stands directly below the base path, whether the app or a proxy
adds that path.

Images in the trash are served only where the URL asks for the trash.
"""

from __future__ import annotations

from urllib.parse import quote

from components.studio.db.tables import ImageRecord

LIVE_UPDATES_URL = "push"
ENDINGS_URL = "endings"
UPLOAD_URL = "uploads"
DEVICE_URL = "device"


def image_url(image: ImageRecord) -> str:
    """URL of an image."""
    return f"app/static/pictures/{image.id}{_query(in_trash=image.deleted_at is not None)}"


def thumbnail_url(image: ImageRecord) -> str:
    """URL of an image's thumbnail."""
    return thumbnail_url_template(in_trash=image.deleted_at is not None).format(image.id)


def thumbnail_url_template(*, in_trash: bool) -> str:
    """URL of any thumbnail, with "{}" in place of the image's id."""
    return "app/static/thumbnails/{}" + _query(in_trash=in_trash)


def change_map_url(image_id: str) -> str:
    """URL of the change map of an edit."""
    return f"app/static/changes/{image_id}"


def download_url(image: ImageRecord, *, as_jpeg: bool = False) -> str:
    """URL that downloads an image as a file."""
    return f"app/static/downloads/{image.id}" + ("?format=jpeg" if as_jpeg else "")


def shared_url(token: str) -> str:
    """URL of what a link opens that somebody shares."""
    return f"shared/{token}"


def in_collection(url: str, collection_id: str) -> str:
    """The URL of an image or thumbnail for one who looks at a collection of another person."""
    return f"{url}?collection={collection_id}"


def export_url(zone: str | None) -> str:
    """URL that downloads a ZIP, with its times in the zone of this name."""
    return "app/static/exports" + (f"?zone={quote(zone, safe='')}" if zone else "")


def spending_csv_url(since: str, until: str) -> str:
    """URL that downloads what everybody has spent, with both days such as "2026-11-30"."""
    return f"app/static/admin/spending.csv?since={since}&until={until}"


def _query(*, in_trash: bool) -> str:
    return "?trash=1" if in_trash else ""
