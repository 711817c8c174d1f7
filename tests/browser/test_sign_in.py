"""People who sign in at an OpenID Connect provider: two of them, two devices, and a way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from playwright.sync_api import Browser, Page, expect

from components.studio.db.people import People, person_id
from components.studio.db.tasks import TaskRepository
from tests.browser.gallery_steps import card
from tests.browser.steps import OUTAGE, prompt_box
from tests.support.app_server import COOKIE, AppServer
from tests.support.chromium import open_page
from tests.support.identity import new_token
from tests.support.seed import open_data_folder
from tests.support.sign_in_service import running_sign_in_service, use_sign_in_service

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of what the service is made of
]

REFUSED = ("status of 401", "status of 403", "status of 502")


@pytest.fixture
def service() -> Iterator[ExitStack]:
    """Closing it takes the sign-in service away."""
    with ExitStack() as stack:
        yield stack


def sign_in(page: Page, name: str) -> None:
    page.get_by_role("link", name="Sign in").click()
    page.get_by_placeholder("sub").fill(name)
    page.get_by_role("button", name="Authorize", exact=True).click()
    expect(prompt_box(page)).to_be_visible()


def remove(app: AppServer, email: str) -> None:
    with closing(TaskRepository.in_folder(app.folder)) as repository:
        People(repository.database).remove(person_id(email))


def test_people_sign_in_and_find_their_own_on_every_device(
    browser: Browser,
    fast_sandbox: dict[str, str],
    service: ExitStack,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    app = AppServer(tmp_path_factory.mktemp("sign-in") / "data", fast_sandbox)
    use_sign_in_service(app, service.enter_context(running_sign_in_service()))
    before = new_token()
    with open_data_folder(app.folder) as seeds:
        seeds.add_picture(before, "A red fox, running")

    def open_door(page_stack: ExitStack) -> Page:
        opened = open_page(browser, app.url, "about:blank", expected_errors=(*OUTAGE, *REFUSED))
        return page_stack.enter_context(opened)

    with app, ExitStack() as pages:
        desk, phone, ben = (open_door(pages) for _ in range(3))
        desk.context.add_cookies([{"name": COOKIE, "value": before, "url": app.url}])
        desk.goto("/gallery")
        expect(desk.get_by_role("heading", name="Sign in")).to_be_visible()
        sign_in(desk, "anna")

        # The name is text, and the pictures of before are offered once.
        name = desk.get_by_role("button", name="<b>Anna</b> *Berg*")
        expect(name).to_be_visible()
        desk.get_by_role("button", name="Bring them along").click()
        expect(desk.get_by_text("They are yours now")).to_be_visible()
        expect(desk.get_by_role("button", name="Bring them along")).to_have_count(0)

        for page in (phone, ben):
            page.goto("/")
        sign_in(phone, "anna")
        phone.goto("/gallery")
        expect(card(phone, "A red fox, running")).to_be_visible()
        sign_in(ben, "ben")
        expect(ben.get_by_role("button", name="بن")).to_be_visible()
        ben.goto("/gallery")
        expect(ben.get_by_text("Nothing here yet")).to_be_visible()

        # Who is removed stays out when the app is another process; the others stay signed in.
        remove(app, "ben@example.com")
        app.kill()
        app.start()
        expect(ben.get_by_text("You can no longer use this studio")).to_be_visible()
        phone.reload()
        expect(card(phone, "A red fox, running")).to_be_visible()

        name.click()
        desk.get_by_role("button", name="Sign out").click()
        desk.get_by_role("button", name="End session").click()  # at the service
        expect(desk.get_by_role("heading", name="Sign in")).to_be_visible()

        service.close()
        desk.get_by_role("link", name="Sign in").click()
        expect(desk.get_by_text("The sign-in service does not answer")).to_be_visible()
