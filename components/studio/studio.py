"""Studio: every use case of the application, for `ui` and `server`.

It combines database, image store and worker, and keeps users apart. It owns no thread.
"""

from __future__ import annotations

import time
from collections.abc import (
    Callable,
    Iterable,
    Iterator,
    Mapping,
)
from dataclasses import dataclass, field, replace
from decimal import Decimal

from prometheus_client import CollectorRegistry

from components.kie import KieClient, Model
from components.studio.administration import Administration
from components.studio.chain_runs import ChainRunner
from components.studio.credits import (
    CreditBalance,
    CreditBalanceCache,
    Spending,
    price_of,
    spending_for_user,
)
from components.studio.db.administration import AuditLog, Notice, Order, Orders, Retention
from components.studio.db.budgets import BudgetLeft, Budgets, person_of
from components.studio.db.chain_runs import ChainRuns
from components.studio.db.database import DatabaseError, MessageKind
from components.studio.db.database import NotFoundError as NotFoundError
from components.studio.db.gallery import GalleryRepository
from components.studio.db.kept_versions import KeepChoice, KeptVersions
from components.studio.db.people import Claim, People
from components.studio.db.prompts import DraftStore, PromptHistory
from components.studio.db.sharing import Sharing
from components.studio.db.tables import ImageRecord, TaskWithImage
from components.studio.db.tasks import TaskRepository
from components.studio.events import EventBus
from components.studio.export import ExportItem, collect_export_items
from components.studio.image_import import ImageImporter
from components.studio.images.object_store import StoredFile
from components.studio.images.store import SMALL_PX, ImageStore
from components.studio.keeping import KeepService
from components.studio.lineage import EditTree, load_edit_tree
from components.studio.safe_fetch.client import SafeHttpClient
from components.studio.settings import Settings
from components.studio.storage import Storage
from components.studio.task_import import TaskImporter
from components.studio.tasks.models import FailureReason, Task, TaskState
from components.studio.user_tasks import UserTasks
from components.studio.worker.worker import TaskWorker

_DISMISSED_CLAIMS = "claims"  # the name of the draft that holds it


@dataclass
class FaultControls:
    """The sandbox's faults by name with their descriptions, and the active rates.

    `apply` raises ValueError for an unknown fault or a rate outside 0 to 1.
    """

    faults: Mapping[str, str]
    apply: Callable[[Mapping[str, float]], None] = field(repr=False)
    rates: Mapping[str, float] = field(default_factory=dict)

    def set_faults(self, rates: Mapping[str, float]) -> None:
        """Activate these faults at these rates, and no others. Raises ValueError."""
        self.apply(rates)
        self.rates = {name: rate for name, rate in rates.items() if rate}


@dataclass(frozen=True)
class StudioStatus:
    """Whether the worker runs, and what is queued."""

    is_running: bool
    leads: bool
    queue: list[Task]
    pause_reason: FailureReason | None
    tasks_by_state: Mapping[TaskState, int]


@dataclass(kw_only=True)
class Studio:
    """The running application: each subject has a member that `ui` and `server` call.

    What belongs to several of them is a method here. `repository`, `image_store`, `worker`,
    `client` and `http` are wiring, which `bootstrap` sets. Everything that reads or writes the
    database can raise DatabaseError.
    """

    settings: Settings
    client: KieClient = field(repr=False)
    repository: TaskRepository
    image_store: ImageStore
    storage: Storage
    gallery: GalleryRepository
    worker: TaskWorker
    events: EventBus
    http: SafeHttpClient
    fault_controls: FaultControls | None = None
    """Only with the sandbox, and where the operator allows faults."""
    clock: Callable[[], float] = time.time
    prompts: PromptHistory = field(init=False)
    budgets: Budgets = field(init=False)
    people: People = field(init=False)
    orders: Orders = field(init=False)
    sharing: Sharing = field(init=False)
    image_importer: ImageImporter = field(init=False)
    drafts: DraftStore = field(init=False)
    credit_cache: CreditBalanceCache = field(init=False)
    keeping: KeepService = field(init=False)
    tasks: UserTasks = field(init=False)
    task_importer: TaskImporter = field(init=False)
    chains: ChainRunner = field(init=False)

    def __post_init__(self) -> None:
        self.prompts = PromptHistory(self.repository.database)
        self.budgets = Budgets(self.repository.database, on_change=self._tell_budget_changed)
        self.people = People(self.repository.database, clock=self.clock)
        self.orders = Orders(self.repository.database)
        self.sharing = Sharing(self.repository.database, self.events, clock=self.clock)
        self.image_importer = ImageImporter(
            repository=self.repository,
            image_store=self.image_store,
            storage=self.storage,
            http=self.http,
            sharing=self.sharing,
            events=self.events,
            folder=self.settings.data_dir,
            clock=self.clock,
        )
        self.tasks = UserTasks(
            repository=self.repository,
            worker=self.worker,
            storage=self.storage,
            price=self.price,
            clock=self.clock,
        )
        self.task_importer = TaskImporter(self.tasks, query=self.client.query)
        self.chains = ChainRunner(
            runs=ChainRuns(database=self.repository.database), tasks=self.tasks, events=self.events
        )
        self.drafts = DraftStore(self.prompts, clock=self.clock)
        self.keeping = KeepService(
            versions=KeptVersions(database=self.repository.database, clock=self.clock),
            repository=self.repository,
            image_store=self.image_store,
            storage=self.storage,
            events=self.events,
            drafts=self.drafts,
            default_choice=KeepChoice(self.settings.keep_rest),
            clock=self.clock,
        )
        self.credit_cache = CreditBalanceCache(self.client.credits)
        self.worker.hooks.on_charge = self.credit_cache.invalidate
        self.worker.hooks.on_edit_done = self.keeping.edit_done
        self.worker.hooks.on_edit_state = lambda task: self.chains.task_changed(task.id)
        self.keeping.on_settled = lambda report: self.chains.task_changed(report.task_id)

    # Work

    def start(self, *, leads: bool) -> None:
        """Begin to work; with `leads` also on tasks. Raises DatabaseError."""
        self.worker.obey(self.orders.queue)
        self.keeping.start()
        self.worker.start(leads=leads)
        self.chains.start()
        if leads:
            self.keeping.take_over()
            self.chains.take_over()

    def take_over(self) -> None:
        """Work on tasks: of several replicas this one leads from now on. Raises DatabaseError."""
        self.orders.forget()
        self.worker.obey(self.orders.queue)
        self.worker.take_over()
        self.keeping.take_over()
        self.chains.take_over()

    def read_again(self) -> None:
        """Read what may have changed while other replicas were not heard. Raises DatabaseError."""
        self.orders.forget()
        self.worker.obey(self.orders.queue)
        self.worker.read_again()

    def step_down(self, may_wait_seconds: float) -> None:
        """Work on tasks no more; may wait for creates that are under way."""
        self.chains.step_down()
        self.keeping.step_down()
        self.worker.step_down(wait_seconds=may_wait_seconds)

    def receive(self, kind: MessageKind, text: str) -> None:
        """Another replica tells that something has changed. Raises DatabaseError."""
        match kind:
            case MessageKind.USER:
                self.events.ring(text)
            case MessageKind.ORDER:
                self.orders.forget()
                self.follow_order(text)
            case MessageKind.KEEP:
                report = self.keeping.versions.report(text)
                if report is not None:
                    self.keeping.enqueue(report.user_id, report.image_id)
            case _:
                self.worker.receive(kind, text)

    # Orders of admins

    def administration(self, user_id: str) -> Administration:
        """What admins see and do. Raises NotFoundError for anybody else."""
        if not self.is_admin(user_id):
            raise NotFoundError
        return Administration(self, user_id)

    def audit(self, user_id: str, act: str, details: Mapping[str, object]) -> None:
        """Note for good what an admin does; `details` hold ids and numbers, and no names."""
        AuditLog(self.repository.database).add(user_id, act, details, self.clock())

    def follow_order(self, name: str) -> None:
        """Obey an order that has changed, and draw the pages again that show it."""
        if name == Order.QUEUE:
            self.worker.obey(self.orders.queue)
        self.events.publish_all()

    def notice(self) -> Notice | None:
        """What everybody is told above every page."""
        return self.orders.notice

    def retention(self) -> Retention:
        """After how many days things are deleted: as an admin has set it, else the settings."""
        as_set = Retention(raw_answers=self.settings.raw_answer_days)
        return replace(as_set, **self.orders.retention)

    # Users

    def owns_anything(self, user_id: str) -> bool:
        """Whether this user has left anything here: a task, an image, a draft or a pinned prompt.

        An unsigned cookie of version 0.1.0 is believed only then.
        """
        return self.repository.owns_anything(user_id)

    def is_admin(self, user_id: str) -> bool:
        """Whether this person may see and change what concerns everybody."""
        return self.people.person(user_id).is_admin

    def can_claim(self, user_id: str, cookie_user_id: str) -> bool:
        """Whether a person may bring along what the owner of this browser's cookie has left.

        It is offered until it is done or `dismiss_claim` was called.
        """
        if cookie_user_id in self.drafts.load(user_id, _DISMISSED_CLAIMS).text.split():
            return False
        return self.people.can_claim(user_id, cookie_user_id)

    def claim(self, user_id: str, cookie_user_id: str) -> Claim:
        """Make everything of a cookie's owner this person's; the caller has seen the cookie."""
        outcome = self.people.claim(user_id, cookie_user_id)
        if outcome is Claim.DONE:
            self.events.publish(user_id)
        return outcome

    def dismiss_claim(self, user_id: str, cookie_user_id: str) -> None:
        """Offer a cookie's pictures to this person no more."""
        dismissed = self.drafts.load(user_id, _DISMISSED_CLAIMS).text.split()
        self.drafts.save(user_id, _DISMISSED_CLAIMS, " ".join([*dismissed, cookie_user_id][-20:]))

    # Tasks

    def task(self, user_id: str, task_id: str) -> Task:
        """A task of this user. Raises NotFoundError."""
        return self.repository.own_task(user_id, task_id)

    def subscribe(self, user_id: str, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` at each change of this user's tasks; returns what ends that.

        The last call comes when the studio closes; `is_closed` is true then.
        """
        return self.events.subscribe(user_id, listener)

    @property
    def is_closed(self) -> bool:
        """Whether listeners are called no more."""
        return self.events.is_closed

    # Images

    def select_source(self, user_id: str, image_id: str | None) -> None:
        """Select an image of this user as the source of edits, or none. Raises NotFoundError."""
        if image_id is not None:
            self.image(user_id, image_id)
        self.repository.set_selected_source(user_id, image_id)

    def selected_source(self, user_id: str) -> ImageRecord | None:
        """The selected source; it survives a reload, a restart and a change of page."""
        image_id = self.repository.get_selected_source(user_id)
        try:
            return None if image_id is None else self.image(user_id, image_id)
        except NotFoundError:
            return None  # deleted since

    def image(self, user_id: str, image_id: str) -> ImageRecord:
        """An image of this user that is not in the trash. Raises NotFoundError."""
        return self.repository.own_image(user_id, image_id)

    def image_file(self, record: ImageRecord) -> StoredFile:
        """The file of an image."""
        return self.image_store.image_file(record.id, record.format)

    def thumbnail_file(self, record: ImageRecord, side_px: int = SMALL_PX) -> StoredFile:
        """The file of an image's thumbnail. Raises ValueError for a size that does not exist."""
        return self.image_store.thumbnail_file(record.id, side_px)

    def make_missing_thumbnail(self, record: ImageRecord, side_px: int) -> None:
        """Make a thumbnail of an older image. Raises OSError or InvalidImageError."""
        self.image_store.make_missing_thumbnail(record.id, record.format, side_px)

    def average_color(self, record: ImageRecord) -> str | None:
        """An image's average color as "#rrggbb"; None if its thumbnail is missing."""
        return record.color or self.image_store.average_color(record.id)

    def export_items(self, user_id: str, image_ids: Iterable[str]) -> Iterator[ExportItem]:
        """Images of this user to export, with their metadata; others are left out."""
        return collect_export_items(self.repository, self.image_store, user_id, image_ids)

    # Edit tree

    def edit_tree(self, user_id: str, image_id: str, *, include_deleted: bool = False) -> EditTree:
        """The image with its ancestors and all that was made from them. Raises NotFoundError.

        Trashed images are left out unless `include_deleted`.
        """
        self.image(user_id, image_id)
        tree = load_edit_tree(self.repository, user_id, image_id)
        return tree if include_deleted else tree.without_deleted()

    def pending_edits(self, user_id: str, tree: EditTree) -> list[TaskWithImage]:
        """The edits of a tree's images that have no image yet, newest first."""
        edits = self.repository.edits_of(user_id, [node.image.id for node in tree.nodes])
        return [entry for entry in reversed(edits) if entry.image is None]

    # Spending

    def budgets_left(self, user_id: str) -> list[BudgetLeft]:
        """The budgets that a press of this person counts against, the scarcest first."""
        return self.budgets.left(user_id, self.clock())

    def _tell_budget_changed(self, subject: str) -> None:
        user_id = person_of(subject)
        if user_id is None:
            self.events.publish_to_everybody()
        else:
            self.events.publish(user_id)

    def price(self, model: Model, variants: int = 1) -> Decimal:
        """Credits that these images are expected to cost."""
        return price_of(self.settings, model, variants)

    def spending(self, user_id: str, *, since: float = 0.0) -> Spending:
        """What a user has spent since a moment in epoch seconds."""
        return spending_for_user(self.repository.database, user_id, since=since)

    def credit_balance(self) -> CreditBalance | None:
        """The last known balance; None before the first answer. Refreshed in the background."""
        return self.credit_cache.get()

    # Operation

    @property
    def pause_reason(self) -> FailureReason | None:
        """Why the whole queue is paused: the key, the credits, or kie.ai cannot be reached."""
        return self.worker.pause_reason

    @property
    def paused_until(self) -> float | None:
        """When a pause that kie.ai asked for ends, in epoch seconds; None without one."""
        return self.worker.paused_until

    @property
    def storage_problem(self) -> DatabaseError | None:
        """What is wrong with the database or its disk; known without reading the database."""
        return self.worker.storage_problem

    def recheck_account(self) -> None:
        """Check now whether the key is valid and the credits suffice again."""
        self.worker.recheck_account()

    def status(self) -> StudioStatus:
        """What a health check needs to know."""
        return StudioStatus(
            is_running=self.worker.is_running,
            leads=self.worker.leads,
            queue=self.worker.queue(),
            pause_reason=self.worker.pause_reason,
            tasks_by_state=self.repository.count_by_state(),
        )

    def check_storage(self) -> None:
        """Find out whether images and database can be written, and tell all pages of a change.

        To be called every few seconds. It may take a few itself.
        """
        self.image_store.objects.check()
        self.worker.check_storage()

    @property
    def worker_metrics(self) -> CollectorRegistry:
        """Counters of the worker since the process started."""
        return self.worker.stats.registry

    def close(self) -> None:
        """Stop working; every unfinished task continues at the next start."""
        self.chains.stop()
        self.worker.stop()
        self.keeping.stop()
        self.events.close()
        self.credit_cache.close()
        self.drafts.close()
        self.repository.close()
        self.client.close()
