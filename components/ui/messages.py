"""Labels, and all messages about tasks: the only file that turns outcomes into text.

A message about a failure says the stage, what happened, the next step and what is known of the
charge. Whether failures are charged is not documented, so no message says "free".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from components.studio import Model
from components.studio.db.budgets import KEY, BudgetLeft, Period
from components.studio.db.database import DatabaseError, DatabaseErrorKind
from components.studio.tasks.models import Failure, FailureReason, Task, TaskState

MATCH_INPUT = "Match input"
MODEL_LABELS = {Model.PRO: "Pro", Model.MAX: "Max"}
STATE_LABELS = {
    TaskState.QUEUED: "Queued",
    TaskState.SUBMITTING: "Generating",
    TaskState.GENERATING: "Generating",
    TaskState.STORING: "Generating",
    TaskState.DONE: "Done",
    TaskState.REFUSED: "Refused",
    TaskState.FAILED: "Failed",
    TaskState.UNCONFIRMED: "Unconfirmed",
    TaskState.STILL_RUNNING: "Still running",
}
UNKNOWN_USER = (
    "Kontext Studio knows your pictures by a cookie, and your browser sends none that it can use. "
    "Allow cookies for this site and reload the page. If they are allowed, delete the old ones of "
    "this site first."
)
SIGNED_OUT = "You are signed out. Reload the page to sign in."
REMOVED = (
    "You can no longer use this studio. What you made is kept. "
    "Ask the person who runs it to let you in again."
)
CLAIM_OFFER = "**Before you signed in** This browser has pictures of its own."
CLAIM_DONE = "They are yours now, on every device."
CLAIM_BUSY = "Some of it is still being made. Try again when it is done."
_UNKNOWN_STATE = "Unknown"
SIGN_IN_LOST = (
    "Nothing was sent: you are signed out here, or somebody else has signed in. "
    "Copy your prompt and reload the page."
)
_PERIOD_WORDS = {Period.DAY: "today", Period.MONTH: "this month"}
COOKIE_LOST = (
    "Nothing was sent: the cookie of this tab was deleted. Copy your prompt and reload the page."
)
PRESS_LOST = (
    "You are connected again. Your last press did not arrive, so nothing was paid: press again."
)
STOPPED_LABELS = {
    FailureReason.WITHDRAWN: "Not sent",
    FailureReason.NOT_WATCHED: "Not watched",
}
IMAGE_NOT_FOUND = "That picture is no longer here."
SOURCE_NOT_FOUND = "The source picture is gone. Choose it again."
NEEDS_RESTART = {DatabaseErrorKind.MISSING, DatabaseErrorKind.DAMAGED}
"""What is wrong with a database that does not pass by itself."""
NOTHING_SENT = "Nothing was sent and nothing was spent."
PRESSED_TWICE = "You pressed twice: it is made once. For more of the same, choose more variants."
TOO_LATE_TO_WITHDRAW = "It has just been sent."
PURGE_FAILED = "Some could not be deleted just now. They stay in the trash."


@dataclass(frozen=True)
class TaskMessage:
    """A short headline, and one or two sentences on what to do next."""

    headline: str
    advice: str


_MESSAGE_BY_REASON = {
    FailureReason.CONTENT_POLICY: TaskMessage(
        "Refused by the content policy",
        "Say it in other words and try again. Whether it was charged is unknown.",
    ),
    FailureReason.AUTH: TaskMessage(
        "The key was refused",
        "Check KIE_API_KEY and restart the studio. Nothing was sent; it goes on from here.",
    ),
    FailureReason.CREDITS: TaskMessage(
        "The account is out of credits",
        "Top up at kie.ai. The queue goes on by itself when there is credit again.",
    ),
    FailureReason.INVALID: TaskMessage(
        "The service did not accept the settings", "Change the field it names and try again."
    ),
    FailureReason.FEATURE_OFF: TaskMessage(
        "The service has switched this off", "Try another model or other settings."
    ),
    FailureReason.RATE_LIMITED: TaskMessage(
        "The service is busy", "It is sent again by itself {when}."
    ),
    FailureReason.MAINTENANCE: TaskMessage(
        "The service is being maintained", "It is sent by itself when the service is back."
    ),
    FailureReason.HELD: TaskMessage(
        "An admin holds the queue", "What you press waits until they let it go on."
    ),
    FailureReason.UNREACHABLE: TaskMessage(
        "The service cannot be reached", "Nothing was sent and nothing was spent."
    ),
    FailureReason.CERTIFICATE: TaskMessage(
        "The service's certificate is not accepted",
        "Check this server's clock, its certificates and KIE_BASE_URL. "
        "Nothing was sent and nothing was spent.",
    ),
    FailureReason.SERVICE_FAILED: TaskMessage(
        "The service could not take it", "Try again. Whether it was charged is unknown."
    ),
    FailureReason.NO_RESPONSE: TaskMessage(
        "Sent, but no answer came",
        "It may have been made and charged, so it is not sent again by itself. "
        "If kie.ai does not list it, send it again.",
    ),
    FailureReason.NOT_CREATED: TaskMessage(
        "The service could not start it", "Try again. Whether it was charged is unknown."
    ),
    FailureReason.NOT_GENERATED: TaskMessage(
        "The picture could not be made", "Try again. Whether it was charged is unknown."
    ),
    FailureReason.UNKNOWN_TASK: TaskMessage(
        "The service does not know this task",
        "Look again later, or try again. Whether it was charged is unknown.",
    ),
    FailureReason.UNVERIFIED_ID: TaskMessage(
        "Looking for it under its id", "The service is asked whether this id is this picture's."
    ),
    FailureReason.ID_MISMATCH: TaskMessage(
        "That id belongs to something else",
        "The service has another request under it, or none. Whether it was charged is unknown.",
    ),
    FailureReason.UNKNOWN_STATUS: TaskMessage(
        "The service says something new",
        "Its answer is in no document, so it is asked again until there is a picture.",
    ),
    FailureReason.NO_RESULT: TaskMessage(
        "Made, but no picture came with it",
        "Look again in a minute; the service may still have it.",
    ),
    FailureReason.DOWNLOAD_FAILED: TaskMessage(
        "Made, but it could not be fetched",
        "Look again: the service keeps results for 14 days.",
    ),
    FailureReason.UPLOAD: TaskMessage(
        "The source could not be uploaded", "Nothing was sent and nothing was spent."
    ),
    FailureReason.UPLOAD_REFUSED: TaskMessage(
        "The service refused the source picture",
        "Choose a smaller one or another one. Nothing was sent and nothing was spent.",
    ),
    FailureReason.SOURCE_MISSING: TaskMessage(
        "The source picture is missing here", "Nothing was spent. Choose the picture again."
    ),
    FailureReason.DISK: TaskMessage(
        "The picture cannot be saved now",
        "There is no room, or the picture store is away. It is fetched again by itself.",
    ),
    FailureReason.INTERNAL: TaskMessage(
        "The studio itself stumbled", "It tries again by itself. The log says more."
    ),
    FailureReason.WITHDRAWN: TaskMessage(
        "Not sent", "You took it back: nothing was sent and nothing was spent."
    ),
    FailureReason.NOT_WATCHED: TaskMessage(
        "No longer watched",
        "It is already paid for at the service and will still be charged. "
        "Look again to bring it here.",
    ),
}

# A newer version may have written states and reasons that this one does not know.
_UNKNOWN_STATE_MESSAGE = TaskMessage(
    "Written by a newer version", "Start that version again to see what became of it."
)
_UNKNOWN_REASON_MESSAGE = TaskMessage(
    "It did not work", "A newer version of the studio wrote down why. Start it again to read it."
)

# Reasons that may pass: shown as waiting while queued, as a failure at the end.
_TEMPORARY_REASONS = {
    FailureReason.UNREACHABLE,
    FailureReason.CERTIFICATE,
    FailureReason.UPLOAD,
}

# What the banner says where the advice on a card is about that one picture.
_PAUSE_ADVICE = {
    FailureReason.UNREACHABLE: "What waits was not sent. It is sent by itself as soon as the "
    "service answers.",
    FailureReason.CERTIFICATE: "Check this server's clock, its certificates and KIE_BASE_URL. "
    "What waits is sent by itself after that.",
    FailureReason.RATE_LIMITED: "It asks for a pause. What waits is sent by itself {when}.",
}

# Reasons where the provider's own message tells a user more than ours.
_SHOWS_PROVIDER_MESSAGE = {
    FailureReason.INVALID,
    FailureReason.SERVICE_FAILED,
    FailureReason.NOT_CREATED,
    FailureReason.NOT_GENERATED,
    FailureReason.FEATURE_OFF,
}


def task_message(
    task: Task,
    *,
    queue_position: int | None = None,
    pause_reason: FailureReason | None = None,
    describe_moment: Callable[[float], str] = lambda _: "later",
) -> TaskMessage:
    """The message on a task's card.

    `queue_position` is 1 for the next task; `pause_reason` is why the queue is paused.
    `describe_moment` turns epoch seconds into words such as "tomorrow at 08:05".
    """
    next_try = describe_moment(task.retry_at)
    if task.state not in STATE_LABELS:
        return _UNKNOWN_STATE_MESSAGE
    match task.state, task.failure:
        case TaskState.QUEUED, None if pause_reason is not None:
            return TaskMessage(
                "Waiting",
                f"{_MESSAGE_BY_REASON[pause_reason].headline}. It is sent by itself after that.",
            )
        case TaskState.QUEUED, None:
            return TaskMessage(
                "Next in line"
                if queue_position in (None, 1)
                else f"{_ordinal(queue_position)} in line",
                "",
            )
        case TaskState.QUEUED, Failure() as failure:
            return _failure_message(failure, may_retry=True, when=next_try)
        case TaskState.SUBMITTING, _:
            return TaskMessage("Uploading the source" if _is_uploading(task) else "Sending", "")
        case TaskState.STORING, None:
            return TaskMessage("Bringing it home", "")
        case TaskState.STORING, Failure(FailureReason.DOWNLOAD_FAILED):
            return TaskMessage(
                "The picture is finished",
                f"Its file cannot be fetched yet. Next try {next_try}.",
            )
        case TaskState.STILL_RUNNING, _:
            return TaskMessage(
                "Not ready after 10 minutes",
                "It is still being watched, and may yet arrive. It may be charged.",
            )
        case _, Failure() as failure:
            return _failure_message(failure)
        case _:
            return TaskMessage("", "")


def state_label(task: Task) -> str:
    """The state of a task in words."""
    reason = task.failure.reason if task.failure and task.state is TaskState.FAILED else None
    label = reason and STOPPED_LABELS.get(reason)
    return label or STATE_LABELS.get(task.state, _UNKNOWN_STATE)


def state_summary(tasks: Iterable[Task]) -> str:
    """How many tasks have which state, such as "2 generating · 1 queued · 9 done"."""
    counts = Counter(map(state_label, tasks))
    labels = dict.fromkeys([*STATE_LABELS.values(), *STOPPED_LABELS.values(), _UNKNOWN_STATE])
    return " · ".join(f"{counts[label]} {label.lower()}" for label in labels if counts[label])


def format_models(models: Iterable[str]) -> str:
    """The models of a submission, such as "Pro" or "Pro + Max"; unknown ones by their id."""
    labels: dict[str, str] = {str(model): label for model, label in MODEL_LABELS.items()}
    return " + ".join(labels.get(model, model) for model in dict.fromkeys(map(str, models)))


def format_credits(amount: Decimal) -> str:
    """A price, such as "18 credits", "4.5 credits" or "1 credit"."""
    return f"{amount.normalize():f} credit{'' if amount == 1 else 's'}"


def format_amount(amount: Decimal) -> str:
    """A number of credits without the word, such as "1,200" or "12.5"."""
    return f"{amount.normalize():,f}"


def format_count(count: int, noun: str) -> str:
    """A number of things, such as "1 picture" or "1,200 pictures"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def format_size(width_px: int, height_px: int) -> str:
    """A size in pixels, such as "1392×752"."""
    return f"{width_px}×{height_px}"


def failure_headline(reason: FailureReason) -> str:
    """A short headline for a failure, without advice."""
    return _MESSAGE_BY_REASON[reason].headline


def unknown_error_message(number: str) -> str:
    """One sentence on an error of the studio itself, with the number that the log has for it."""
    return f"Something went wrong here. Your pictures are safe. The log has it as number {number}."


def pause_message(reason: FailureReason, until: str | None = None) -> str:
    """What everybody reads while nothing is sent; `until` is such as "tomorrow at 08:05"."""
    message = _MESSAGE_BY_REASON[reason]
    advice = _PAUSE_ADVICE.get(reason, message.advice).format(when=until or "later")
    return f"{message.headline}. {advice}"


def budget_left(budget: BudgetLeft) -> str:
    """What is left, such as "45 of 120 left this month"; "only …" where that is little."""
    only = "only " if budget.is_nearly_spent else ""
    amounts = f"{format_amount(budget.left)} of {format_amount(budget.cap)}"
    whose = " for everybody" if budget.subject == KEY else ""
    return f"{only}{amounts} left {_PERIOD_WORDS[budget.period]}{whose}"


def over_budget_message(
    budget: BudgetLeft, price: Decimal, *, renewed: str, people_to_ask: Sequence[str]
) -> str:
    """Why a press of this price is not possible, when it is again, and whom to ask.

    `renewed` says when the budget is new, such as "on 1 December".
    """
    whose = "everybody's" if budget.subject == KEY else "your"
    left = f"{format_amount(budget.left)} of {whose} {format_amount(budget.cap)}"
    verb = "is" if budget.left == 1 else "are"
    return (
        f"This needs {format_credits(price)}; {left} {verb} left {_PERIOD_WORDS[budget.period]}. "
        f"More {renewed}; before that, ask {ask_whom(people_to_ask)}."
    )


def ask_whom(people_to_ask: Sequence[str]) -> str:
    """The people who decide about budgets, such as "Anna or Ben"."""
    *others, last = people_to_ask or ("your admin",)
    return f"{', '.join(others)} or {last}" if others else last


def storage_message(problem: DatabaseError) -> str:
    """What is wrong with the database or its disk, and what becomes of pictures under way."""
    if problem.kind in NEEDS_RESTART:
        return str(problem)
    return (
        f"{problem} Pictures under way are not lost: they go on by themselves as soon as it can "
        "be written again."
    )


def _failure_message(
    failure: Failure, *, may_retry: bool = False, when: str = "later"
) -> TaskMessage:
    message = _MESSAGE_BY_REASON.get(failure.reason, _UNKNOWN_REASON_MESSAGE)
    advice = message.advice.format(when=when)
    if failure.reason in _TEMPORARY_REASONS:
        advice += " It is tried again by itself." if may_retry else " Try again later."
    shows_message = failure.reason in _SHOWS_PROVIDER_MESSAGE or message is _UNKNOWN_REASON_MESSAGE
    if shows_message and failure.message:
        advice = f"“{failure.message.rstrip('.')}.” {advice}"
    return TaskMessage(message.headline, advice)


def _is_uploading(task: Task) -> bool:
    return task.is_edit and task.sent_at is None


def _ordinal(number: int | None) -> str:
    if number is None:
        return ""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10)
    return f"{number}{ending or 'th'}"
