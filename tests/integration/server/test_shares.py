"""What links open over HTTP: what is shared, to look at, and nothing else; to anybody."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
import sqlalchemy as sa

from components.studio.db.sharing import ShareKind, Sharing
from components.studio.db.tables import people, tasks
from components.studio.events import EventBus
from tests.integration.server.conftest import HOSTILE_PROMPTS, SeededApp
from tests.support.identity import new_token, user_id_of


@pytest.fixture(scope="module")
def sharing(seeded_app: SeededApp) -> Sharing:
    """Writes into the database of the running app."""
    return Sharing(seeded_app.seeds.repository.database, EventBus())


@pytest.fixture(scope="module")
def anna(seeded_app: SeededApp) -> str:
    task = seeded_app.seeds.repository.task(seeded_app.anna_picture)
    assert task is not None
    return task.user_id


@contextmanager
def named(seeded_app: SeededApp, user_id: str, name: str) -> Iterator[None]:
    database = seeded_app.seeds.repository.database
    now = time.time()
    with database.write_transaction() as connection:
        row = {"user_id": user_id, "name": name, "first_seen": now, "last_seen": now}
        connection.execute(sa.insert(people).values(row))
    yield
    with database.write_transaction() as connection:
        connection.execute(sa.delete(people).where(people.c.user_id == user_id))


def opened(seeded_app: SeededApp, token: str) -> requests.Response:
    """The page as a browser that has never been here asks for it."""
    return seeded_app.app.client().get(f"/shared/{token}", accept="text/html")


def assert_private(response: requests.Response) -> None:
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in response.headers["x-robots-tag"]
    assert "set-cookie" not in response.headers


def test_link_shows_one_picture_to_a_stranger(
    seeded_app: SeededApp, sharing: Sharing, anna: str
) -> None:
    picture = seeded_app.anna_picture
    token, _ = sharing.share(anna, ShareKind.PICTURE, [picture], lasts_seconds=3600)
    page = opened(seeded_app, token)

    assert page.status_code == 200
    assert_private(page)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "Shared from Kontext Studio · until" in page.text
    assert "A red fox" not in page.text
    images = re.findall(r'<img src="([^"]+)"', page.text)
    assert images == [f"{token}/pictures/{picture}"]
    image = seeded_app.app.client().get(f"/shared/{images[0]}")
    assert image.content == seeded_app.seeds.picture_bytes(picture)
    assert_private(image)
    for asset in re.findall(r'(?:href|src)="(assets/[^"]+)"', page.text):
        assert seeded_app.app.client().get(f"/shared/{asset}").status_code == 200


def test_no_other_picture_is_behind_a_link(
    seeded_app: SeededApp, sharing: Sharing, anna: str
) -> None:
    shared, other = seeded_app.anna_picture, seeded_app.anna_png
    token, _ = sharing.share(anna, ShareKind.PICTURE, [shared])
    for name in ("pictures", "thumbnails"):
        for client in (seeded_app.app.client(), seeded_app.ben, seeded_app.anna):
            assert client.get(f"/shared/{token}/{name}/{shared}").status_code == 200
            for image_id in (other, seeded_app.ben_picture, "0" * 32, "x"):
                assert client.get(f"/shared/{token}/{name}/{image_id}").status_code == 404
    assert seeded_app.ben.get(f"/app/static/pictures/{shared}").status_code == 404
    assert seeded_app.ben.get(f"/app/static/downloads/{shared}").status_code == 404


def test_unknown_revoked_and_expired_links_look_the_same(
    seeded_app: SeededApp, sharing: Sharing, anna: str
) -> None:
    picture = [seeded_app.anna_picture]
    expired, _ = sharing.share(anna, ShareKind.PICTURE, picture, lasts_seconds=-1)
    revoked, link = sharing.share(anna, ShareKind.PICTURE, picture)
    assert opened(seeded_app, revoked).status_code == 200
    sharing.revoke(anna, link.id)
    pages = set()
    for token in (expired, revoked, "a" * 32, "etc/a/b"):
        page = opened(seeded_app, token)
        assert page.status_code == 404
        assert_private(page)
        pages.add(re.sub(r'nonce="[^"]*"|\.\./', "", page.text))
        assert (
            seeded_app.app.client().get(f"/shared/{token}/pictures/{picture[0]}").status_code == 404
        )
    assert len(pages) == 1
    assert "no longer does" in pages.pop()


def test_prompts_and_names_are_shown_as_text(
    seeded_app: SeededApp, sharing: Sharing, anna: str
) -> None:
    before, after = seeded_app.hostile[2], seeded_app.hostile[0]
    token, _ = sharing.share(anna, ShareKind.PAIR, [before, after], shows_prompts=True)
    with named(seeded_app, anna, "Anna <b>&amp;"):
        page = opened(seeded_app, token).text
    assert "Shared by Anna &lt;b&gt;&amp;amp;" in page
    assert "<script>" not in page
    assert HOSTILE_PROMPTS[0].replace('"', "&quot;") in page
    assert 'role="slider"' in page


def test_pair_of_two_models_is_named_by_them(seeded_app: SeededApp, sharing: Sharing) -> None:
    cookie = new_token()
    by_pro, by_max = (seeded_app.seeds.add_picture(cookie, "A harbour") for _ in ("pro", "max"))
    with seeded_app.seeds.repository.database.write_transaction() as connection:
        for picture, model in ((by_pro, "flux-kontext-pro"), (by_max, "flux-kontext-max")):
            values = {"batch": "b" * 32, "model": model}
            connection.execute(sa.update(tasks).where(tasks.c.id == picture).values(values))
    token, _ = sharing.share(user_id_of(cookie), ShareKind.PAIR, [by_pro, by_max])
    page = opened(seeded_app, token).text
    assert "<title>Pro and Max · Kontext Studio</title>" in page
    assert re.findall(r'data-side="\w+">(\w+)<', page) == ["Max", "Pro"]
    assert "Divider between Pro and Max" in page


def test_collection_link_shows_its_pictures_of_this_moment(
    seeded_app: SeededApp, sharing: Sharing, anna: str
) -> None:
    first, second = seeded_app.anna_picture, seeded_app.anna_png
    campaign = sharing.make_collection(anna, "Campaign <May>")
    token, _ = sharing.share(anna, ShareKind.COLLECTION, [campaign.id])
    assert "No picture is in this collection now" in opened(seeded_app, token).text
    sharing.add_to_collection(anna, campaign.id, [first, second])
    page = opened(seeded_app, token).text

    assert "Campaign &lt;May&gt;" in page
    thumbnails = re.findall(r'<img src="([^"?]+)', page)
    assert len(thumbnails) == 2
    assert seeded_app.app.client().get(f"/shared/{thumbnails[0]}").ok
    sharing.remove_from_collection(anna, campaign.id, [second])
    assert not seeded_app.app.client().get(f"/shared/{token}/pictures/{second}").ok
    assert seeded_app.app.client().get(f"/shared/{token}/pictures/{first}").ok


def test_shared_collection_is_for_those_who_are_here(
    seeded_app: SeededApp, sharing: Sharing, anna: str
) -> None:
    picture = seeded_app.anna_picture
    campaign = sharing.make_collection(anna, "Campaign")
    sharing.add_to_collection(anna, campaign.id, [picture])
    path = f"/app/static/pictures/{picture}?collection={campaign.id}"
    assert not seeded_app.ben.get(path).ok
    sharing.set_collection_shared(anna, campaign.id, is_shared=True)
    assert seeded_app.ben.get(path).headers["cache-control"] == "private, max-age=60"
    assert not seeded_app.app.client().get(path).ok
    assert not seeded_app.ben.get(path.replace(picture, seeded_app.anna_png)).ok
    # To look at: neither a download nor a ZIP has it.
    assert not seeded_app.ben.get(f"/app/static/downloads/{picture}?collection={campaign.id}").ok
    assert not seeded_app.ben.get(f"/app/static/exports?ids={picture}").ok
