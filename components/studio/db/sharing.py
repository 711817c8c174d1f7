"""What people share on purpose: collections of pictures, and links that open something read-only.

A picture is stored by the id of its task, or by its own where no task made it: whichever version
is shown is what is opened. What is in the trash, deleted, or of a removed person is not opened.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa

from components.studio.db.database import Database, NotFoundError, chunked
from components.studio.db.tables import (
    ImageRecord,
    collection_items,
    collections,
    image_from_row,
    images,
    insert_or,
    people,
    shares,
    tasks,
)
from components.studio.events import EventBus

MAX_NAME_CHARACTERS: Final = 80
MAX_COLLECTIONS: Final = 200  # of a person
MAX_LINKS: Final = 500  # of a person, those that still open
_TOKEN_BYTES: Final = 24  # nobody guesses 192 bits


class ShareKind(StrEnum):
    """What a link opens. The values are stored: add, never rename."""

    PICTURE = "picture"
    PAIR = "pair"
    """Two pictures, the before and the after."""
    COLLECTION = "collection"


class TooManyShared(Exception):
    """A person has as many collections or links as one may have; the text says what to do."""


@dataclass(frozen=True, kw_only=True)
class PictureCollection:
    """A named set of pictures of one person. Times in epoch seconds."""

    id: str
    user_id: str
    owner_name: str
    """Empty where nobody has a name."""
    name: str
    is_shared: bool
    """Whether everybody here may look at it."""
    created_at: float


@dataclass(frozen=True)
class SharedPicture:
    """A picture in a collection or behind a link."""

    image: ImageRecord
    prompt: str
    """Empty for what was brought in."""
    model_name: str = ""
    """Such as "Pro"; empty for what was brought in."""
    batch: str | None = None
    """Of the press that made it and others."""


@dataclass(frozen=True, kw_only=True)
class ShareLink:
    """A link that somebody has made; its token is known to nobody here. Times in epoch seconds."""

    id: str
    user_id: str
    kind: ShareKind
    targets: tuple[str, ...]
    """A collection's id; else what stands for the pictures, as in a gallery."""
    shows_prompts: bool
    created_at: float
    expires_at: float | None
    """None: it opens until it is revoked."""


@dataclass(frozen=True, kw_only=True)
class OpenedShare:
    """What a link opens now."""

    link: ShareLink
    owner_name: str
    """Empty where nobody has a name."""
    title: str
    """The name of a collection; else empty."""
    pictures: tuple[SharedPicture, ...]
    """Of a pair the before and the after."""

    @property
    def pair_names(self) -> tuple[str, str]:
        """What the two of a pair are called: by their models if one press had both make it."""
        before, after = self.pictures
        is_of_models = before.batch == after.batch and before.model_name != after.model_name
        return (before.model_name, after.model_name) if is_of_models else ("Before", "After")


def item_id_of(image: ImageRecord) -> str:
    """What stands for a picture in a gallery, in a collection and in a link."""
    return image.task_id or image.id


class Sharing:
    """Collections and links of all people. Every method raises DatabaseError.

    What is another person's is not found: callers cannot tell it from what does not exist.
    """

    def __init__(
        self, database: Database, events: EventBus, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock

    # Collections

    def collections(self, user_id: str) -> list[PictureCollection]:
        """This person's own by name, then those that others share with everybody here."""
        query = _collections().where(
            (collections.c.user_id == user_id)
            | (collections.c.is_shared.is_(True) & _is_still_here(collections.c.user_id))
        )
        with self._database.read_transaction() as connection:
            found = [_collection_from_row(row) for row in connection.execute(query)]
        return sorted(
            found, key=lambda each: (each.user_id != user_id, each.name.casefold(), each.id)
        )

    def collection(self, user_id: str, collection_id: str) -> PictureCollection:
        """One that this person may look at. Raises NotFoundError."""
        with self._database.read_transaction() as connection:
            return _visible_collection(connection, user_id, collection_id)

    def make_collection(self, user_id: str, name: str) -> PictureCollection:
        """Make a private collection. Raises ValueError for an empty name, and TooManyShared."""
        name = _clean_name(name)
        made = {
            "id": uuid.uuid4().hex,
            "user_id": user_id,
            "name": name,
            "is_shared": False,
            "created_at": self._clock(),
        }
        own = sa.select(sa.func.count()).where(collections.c.user_id == user_id)
        with self._database.write_transaction() as connection:
            if connection.execute(own).scalar_one() >= MAX_COLLECTIONS:
                raise TooManyShared(
                    f"You have {MAX_COLLECTIONS} collections: delete one to make another."
                )
            connection.execute(sa.insert(collections).values(made))
            collection = _visible_collection(connection, user_id, str(made["id"]))
        self._events.publish(user_id)
        return collection

    def rename_collection(self, user_id: str, collection_id: str, name: str) -> None:
        """Give an own collection another name. Raises ValueError and NotFoundError."""
        self._change_collection(user_id, collection_id, {"name": _clean_name(name)})

    def set_collection_shared(self, user_id: str, collection_id: str, *, is_shared: bool) -> None:
        """Let everybody here look at an own collection, or nobody else. Raises NotFoundError."""
        self._change_collection(user_id, collection_id, {"is_shared": is_shared})

    def _change_collection(
        self, user_id: str, collection_id: str, values: dict[str, object]
    ) -> None:
        with self._database.write_transaction() as connection:
            changed = connection.execute(
                sa.update(collections)
                .where(collections.c.id == collection_id, collections.c.user_id == user_id)
                .values(values)
            )
            if not changed.rowcount:
                raise NotFoundError
        self._events.publish(user_id)

    def delete_collection(self, user_id: str, collection_id: str) -> None:
        """Delete an own collection and the links to it; its pictures stay. Raises NotFoundError."""
        with self._database.write_transaction() as connection:
            _own_collection(connection, user_id, collection_id)
            connection.execute(
                sa.delete(collection_items).where(collection_items.c.collection_id == collection_id)
            )
            connection.execute(sa.delete(collections).where(collections.c.id == collection_id))
            connection.execute(
                sa.delete(shares).where(
                    shares.c.kind == ShareKind.COLLECTION.value,
                    shares.c.targets == json.dumps([collection_id]),
                )
            )
        self._events.publish(user_id)

    def add_to_collection(self, user_id: str, collection_id: str, item_ids: Sequence[str]) -> int:
        """Add own pictures to an own collection; ids of others are ignored. Returns how many.

        Raises NotFoundError for a collection of another.
        """
        count = 0
        with self._database.write_transaction() as connection:
            _own_collection(connection, user_id, collection_id)
            now = self._clock()
            shown = _shown(connection, user_id, item_ids)
            in_order = [item_id for item_id in dict.fromkeys(item_ids) if item_id in shown]
            rows = [  # the first of them is shown first: as if it were added last
                {"collection_id": collection_id, "image_id": item_id, "added_at": now - at * 1e-5}
                for at, item_id in enumerate(in_order)
            ]
            if rows:
                added = connection.execute(
                    insert_or(connection, collection_items)
                    .on_conflict_do_nothing(index_elements=collection_items.primary_key.columns)
                    .returning(collection_items.c.image_id),
                    rows,
                )
                count = len(added.all())
        self._events.publish(user_id)
        return count

    def remove_from_collection(
        self, user_id: str, collection_id: str, item_ids: Sequence[str]
    ) -> None:
        """Take pictures out of an own collection; they stay. Raises NotFoundError."""
        with self._database.write_transaction() as connection:
            _own_collection(connection, user_id, collection_id)
            for ids in chunked(item_ids):
                connection.execute(
                    sa.delete(collection_items).where(
                        collection_items.c.collection_id == collection_id,
                        collection_items.c.image_id.in_(ids),
                    )
                )
        self._events.publish(user_id)

    def pictures(self, user_id: str, collection_id: str) -> list[SharedPicture]:
        """What is in a collection that this person may look at, last added first.

        Raises NotFoundError.
        """
        with self._database.read_transaction() as connection:
            collection = _visible_collection(connection, user_id, collection_id)
            return _pictures_in(connection, collection.user_id, collection.id)

    def picture(self, user_id: str, collection_id: str, image_id: str) -> ImageRecord:
        """A picture of a collection that this person may look at. Raises NotFoundError."""
        with self._database.read_transaction() as connection:
            collection = _visible_collection(connection, user_id, collection_id)
            return _picture_in(connection, collection, image_id)

    # Links

    def share(
        self,
        user_id: str,
        kind: ShareKind,
        targets: Sequence[str],
        *,
        shows_prompts: bool = False,
        lasts_seconds: float | None = None,
    ) -> tuple[str, ShareLink]:
        """Make a link; returns its token, which is told this once, and what was stored.

        `targets` are one or two own pictures, by the ids of the gallery's items, or one own
        collection. Raises NotFoundError, and TooManyShared.
        """
        now = self._clock()
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        link = ShareLink(
            id=uuid.uuid4().hex,
            user_id=user_id,
            kind=kind,
            targets=tuple(targets),
            shows_prompts=shows_prompts,
            created_at=now,
            expires_at=None if lasts_seconds is None else now + lasts_seconds,
        )
        own = sa.select(sa.func.count()).where(shares.c.user_id == user_id, *_is_open(now))
        with self._database.write_transaction() as connection:
            if kind is ShareKind.COLLECTION:
                (collection_id,) = targets
                _own_collection(connection, user_id, collection_id)
            else:
                wanted = 1 if kind is ShareKind.PICTURE else 2
                if len(targets) != wanted or len(_shown(connection, user_id, targets)) != wanted:
                    raise NotFoundError
            if connection.execute(own).scalar_one() >= MAX_LINKS:
                raise TooManyShared(f"You have {MAX_LINKS} links: revoke one to make another.")
            connection.execute(
                sa.insert(shares).values(
                    id=link.id,
                    token_hash=_hash(token),
                    user_id=user_id,
                    kind=kind.value,
                    targets=json.dumps(targets),
                    shows_prompts=shows_prompts,
                    created_at=now,
                    expires_at=link.expires_at,
                )
            )
        return token, link

    def links(self, user_id: str) -> list[tuple[ShareLink, OpenedShare | None]]:
        """This person's links that are neither revoked nor expired, newest first.

        Each with what it opens: None where that is in the trash or gone.
        """
        query = (
            sa.select(shares)
            .where(shares.c.user_id == user_id, *_is_open(self._clock()))
            .order_by(shares.c.created_at.desc(), shares.c.id)
        )
        with self._database.read_transaction() as connection:
            links = [_link_from_row(row) for row in connection.execute(query)]
            return [(link, _opened(connection, link)) for link in links]

    def count_links(self, user_id: str) -> int:
        """How many links of this person are neither revoked nor expired."""
        query = sa.select(sa.func.count()).where(
            shares.c.user_id == user_id, *_is_open(self._clock())
        )
        with self._database.read_transaction() as connection:
            return connection.execute(query).scalar_one()

    def revoke(self, user_id: str, share_id: str) -> None:
        """Let a link open nothing any more. Raises NotFoundError."""
        with self._database.write_transaction() as connection:
            changed = connection.execute(
                sa.update(shares)
                .where(shares.c.id == share_id, shares.c.user_id == user_id)
                .values(revoked_at=self._clock())
            )
            if not changed.rowcount:
                raise NotFoundError

    def open(self, token: str) -> OpenedShare:
        """What a link opens. Raises NotFoundError: unknown, revoked, expired or gone.

        The database compares hashes: how long that takes tells nothing about a token.
        """
        with self._database.read_transaction() as connection:
            opened = _opened(connection, self._open_link(connection, token))
        if opened is None:
            raise NotFoundError
        return opened

    def open_picture(self, token: str, image_id: str) -> ImageRecord:
        """One picture of what a link opens. Raises NotFoundError."""
        with self._database.read_transaction() as connection:
            link = self._open_link(connection, token)
            if link.kind is ShareKind.COLLECTION:
                collection = _own_collection(connection, link.user_id, link.targets[0])
                return _picture_in(connection, collection, image_id)
            opened = _opened(connection, link)
        return _found_image(() if opened is None else opened.pictures, image_id)

    def _open_link(self, connection: sa.Connection, token: str) -> ShareLink:
        query = sa.select(shares).where(
            shares.c.token_hash == _hash(token),
            *_is_open(self._clock()),
            _is_still_here(shares.c.user_id),
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFoundError
        return _link_from_row(row)


def forget_pictures(connection: sa.Connection, image_ids: Sequence[str]) -> None:
    """Take deleted images out of all collections. Call it before their tasks lose them."""
    items = collection_items.c.image_id
    made = sa.select(tasks.c.id).where(tasks.c.image_id.in_(image_ids))
    # The raw answer of a task has the task's id, and may go alone.
    is_task = sa.exists().where(tasks.c.id == items)
    connection.execute(
        sa.delete(collection_items).where(
            items.in_(made) | (items.in_(image_ids) & ~is_task),
        )
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _clean_name(name: str) -> str:
    name = " ".join(name.split())[:MAX_NAME_CHARACTERS].strip()
    if not name:
        raise ValueError("Give the collection a name.")
    return name


def _is_open(now: float) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions: a link is neither revoked nor expired."""
    return shares.c.revoked_at.is_(None), shares.c.expires_at.is_(None) | (
        shares.c.expires_at > now
    )


_removed = people.alias("removed")


def _is_still_here(user_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Condition: this person has not been removed."""
    return ~sa.exists().where(_removed.c.user_id == user_id, _removed.c.removed_at.is_not(None))


def _collections() -> sa.Select[Any]:
    return sa.select(collections, people.c.name.label("owner_name")).select_from(
        collections.outerjoin(people, people.c.user_id == collections.c.user_id)
    )


def _visible_collection(
    connection: sa.Connection, user_id: str, collection_id: str
) -> PictureCollection:
    """A collection that is this person's, or shared by one who is still here."""
    query = _collections().where(
        collections.c.id == collection_id,
        (collections.c.user_id == user_id)
        | (collections.c.is_shared.is_(True) & _is_still_here(collections.c.user_id)),
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFoundError
    return _collection_from_row(row)


def _own_collection(
    connection: sa.Connection, user_id: str, collection_id: str
) -> PictureCollection:
    collection = _visible_collection(connection, user_id, collection_id)
    if collection.user_id != user_id:
        raise NotFoundError
    return collection


def _collection_from_row(row: Any) -> PictureCollection:
    return PictureCollection(
        id=row.id,
        user_id=row.user_id,
        owner_name=row.owner_name or "",
        name=row.name,
        is_shared=row.is_shared,
        created_at=row.created_at,
    )


def _link_from_row(row: Any) -> ShareLink:
    return ShareLink(
        id=row.id,
        user_id=row.user_id,
        kind=ShareKind(row.kind),
        targets=tuple(json.loads(row.targets)),
        shows_prompts=row.shows_prompts,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _opened(connection: sa.Connection, link: ShareLink) -> OpenedShare | None:
    """What a link opens; None where a picture or the collection is gone."""
    title = ""
    if link.kind is ShareKind.COLLECTION:
        try:
            collection = _own_collection(connection, link.user_id, link.targets[0])
        except NotFoundError:
            return None
        title = collection.name
        pictures = _pictures_in(connection, link.user_id, collection.id)
    else:
        shown = _shown(connection, link.user_id, link.targets)
        if len(shown) != len(link.targets):
            return None
        pictures = [shown[item_id] for item_id in link.targets]
    name = sa.select(people.c.name).where(people.c.user_id == link.user_id)
    return OpenedShare(
        link=link,
        owner_name=connection.execute(name).scalar_one_or_none() or "",
        title=title,
        pictures=tuple(pictures),
    )


def _pictures_in(
    connection: sa.Connection, owner_id: str, collection_id: str
) -> list[SharedPicture]:
    item_ids = list(
        connection.execute(
            sa.select(collection_items.c.image_id)
            .where(collection_items.c.collection_id == collection_id)
            .order_by(collection_items.c.added_at.desc(), collection_items.c.image_id)
        ).scalars()
    )
    shown = _shown(connection, owner_id, item_ids)
    return [shown[item_id] for item_id in item_ids if item_id in shown]


def _shown(
    connection: sa.Connection, owner_id: str, item_ids: Sequence[str]
) -> dict[str, SharedPicture]:
    """The version that is shown of each of these items, if it is this person's and in place."""
    in_place = (images.c.user_id == owner_id, images.c.deleted_at.is_(None))
    found: dict[str, SharedPicture] = {}
    for ids in chunked(item_ids):
        made = (
            sa.select(
                images, tasks.c.id.label("item_id"), tasks.c.prompt, tasks.c.model, tasks.c.batch
            )
            .join(tasks, tasks.c.image_id == images.c.id)
            .where(*in_place, tasks.c.user_id == owner_id, tasks.c.id.in_(ids))
        )
        brought_in = sa.select(images).where(
            *in_place, images.c.id.in_(ids), images.c.task_id.is_(None)
        )
        for row in connection.execute(made):
            found[row.item_id] = SharedPicture(
                image_from_row(row), row.prompt, _model_name(row.model), row.batch
            )
        for row in connection.execute(brought_in):
            found[row.id] = SharedPicture(image_from_row(row), "")
    return found


def _model_name(stored: str) -> str:
    """The last word of a model's id, as people write it: "Pro" of "flux-kontext-pro"."""
    return stored.rpartition("-")[2].capitalize()


def _picture_in(
    connection: sa.Connection, collection: PictureCollection, image_id: str
) -> ImageRecord:
    """The image with this id, if it is shown in this collection. Raises NotFoundError."""
    task_id = sa.select(images.c.task_id).where(images.c.id == image_id)
    item_id = connection.execute(task_id).scalar_one_or_none() or image_id
    item = sa.select(collection_items.c.image_id).where(
        collection_items.c.collection_id == collection.id, collection_items.c.image_id == item_id
    )
    item_ids = list(connection.execute(item).scalars())
    return _found_image(_shown(connection, collection.user_id, item_ids).values(), image_id)


def _found_image(pictures: Iterable[SharedPicture], image_id: str) -> ImageRecord:
    """The image with this id among these. Raises NotFoundError."""
    for picture in pictures:
        if picture.image.id == image_id:
            return picture.image
    raise NotFoundError
