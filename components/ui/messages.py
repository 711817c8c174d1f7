"""Every sentence about what became of a task: the one file that turns outcomes into words.

A refusal says the stage, what happened, the next step and what is known of the charge.
Whether the service charges for failures is not documented, so no sentence says "free".
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from components.studio.tasks.models import Obstacle, State, Task, Trouble

STATE_WORDS = {
    State.QUEUED: "Queued",
    State.SUBMITTING: "Generating",
    State.GENERATING: "Generating",
    State.STORING: "Generating",
    State.DONE: "Done",
    State.REFUSED: "Refused",
    State.FAILED: "Failed",
    State.UNCONFIRMED: "Unconfirmed",
    State.STILL_RUNNING: "Still running",
}


@dataclass(frozen=True)
class Wording:
    """A few words for the state, and one or two sentences on what to do next."""

    headline: str
    advice: str


_TROUBLES = {
    Trouble.POLICY: Wording(
        "Refused by the content policy",
        "Say it in other words and try again. Whether it was charged is unknown.",
    ),
    Trouble.KEY: Wording(
        "The key was refused",
        "Check KIE_API_KEY and restart the studio. Nothing was sent; it goes on from here.",
    ),
    Trouble.CREDIT: Wording(
        "The account is out of credits",
        "Top up at kie.ai. The queue goes on by itself when there is credit again.",
    ),
    Trouble.INVALID: Wording(
        "The service did not accept the settings", "Change the field it names and try again."
    ),
    Trouble.FEATURE_OFF: Wording(
        "The service has switched this off", "Try another model or other settings."
    ),
    Trouble.BUSY: Wording("The service is busy", "It is sent again by itself in a moment."),
    Trouble.MAINTENANCE: Wording(
        "The service is being maintained", "It is sent by itself when the service is back."
    ),
    Trouble.UNREACHABLE: Wording(
        "The service cannot be reached", "Nothing was sent and nothing was spent."
    ),
    Trouble.SERVICE_FAILED: Wording(
        "The service could not take it", "Try again. Whether it was charged is unknown."
    ),
    Trouble.NO_ANSWER: Wording(
        "Sent, but no answer came",
        "It may have been made and charged, so it is not sent again by itself. "
        "If kie.ai does not list it, send it again.",
    ),
    Trouble.NOT_CREATED: Wording(
        "The service could not start it", "Try again. Whether it was charged is unknown."
    ),
    Trouble.NOT_GENERATED: Wording(
        "The picture could not be made", "Try again. Whether it was charged is unknown."
    ),
    Trouble.UNKNOWN_TASK: Wording(
        "The service does not know this task",
        "Look again later, or try again. Whether it was charged is unknown.",
    ),
    Trouble.UNPROVEN: Wording(
        "Looking for it under its id", "The service is asked whether this id is this picture's."
    ),
    Trouble.WRONG_TASK: Wording(
        "That id belongs to something else",
        "The service has another request under it, or none. Whether it was charged is unknown.",
    ),
    Trouble.ODD_PROGRESS: Wording(
        "The service says something new",
        "Its answer is in no document, so it is asked again until there is a picture.",
    ),
    Trouble.NO_RESULT: Wording(
        "Made, but no picture came with it",
        "Look again in a minute; the service may still have it.",
    ),
    Trouble.RESULT_LOST: Wording(
        "Made, but it could not be fetched",
        "Look again: the service keeps results for 14 days.",
    ),
    Trouble.UPLOAD: Wording(
        "The source could not be uploaded", "Nothing was sent and nothing was spent."
    ),
    Trouble.SOURCE_MISSING: Wording(
        "The source picture is missing here", "Nothing was spent. Choose the picture again."
    ),
    Trouble.DISK: Wording(
        "The picture cannot be saved: the disk refuses",
        "Make room in the data folder. It is fetched again by itself.",
    ),
    Trouble.OURS: Wording(
        "The studio itself stumbled", "It tries again by itself. The log says more."
    ),
}


def wording(task: Task, *, place: int | None = None, held_by: Trouble | None = None) -> Wording:
    """What a card says of a task.

    `place` is its place in the queue, 1 goes first; `held_by` is what keeps the queue waiting.
    """
    match task.state, task.obstacle:
        case State.QUEUED, None if held_by is not None:
            return Wording(
                "Waiting", f"{_TROUBLES[held_by].headline}. It is sent by itself after that."
            )
        case State.QUEUED, None:
            return Wording(
                "Next in line" if place in (None, 1) else f"{_ordinal(place)} in line", ""
            )
        case State.QUEUED, Obstacle() as obstacle:
            return _of(obstacle, again=True)
        case State.SUBMITTING, _:
            return Wording("Uploading the source" if _is_uploading(task) else "Sending", "")
        case State.STORING, None:
            return Wording("Bringing it home", "")
        case State.STILL_RUNNING, _:
            return Wording(
                "Not ready after 10 minutes",
                "It is still being watched, and may yet arrive. It may be charged.",
            )
        case _, Obstacle() as obstacle:
            return _of(obstacle)
        case _:
            return Wording("", "")


def credits_in_words(amount: Decimal) -> str:
    """A price, such as "18 credits", "4.5 credits" or "1 credit"."""
    return f"{amount.normalize():f} credit{'' if amount == 1 else 's'}"


def headline(trouble: Trouble) -> str:
    """A few words for what stands in the way, without an advice."""
    return _TROUBLES[trouble].headline


def held(trouble: Trouble) -> str:
    """One sentence for the whole queue, when nothing is sent."""
    words = _TROUBLES[trouble]
    return f"{words.headline}. {words.advice}"


def _of(obstacle: Obstacle, *, again: bool = False) -> Wording:
    words = _TROUBLES[obstacle.trouble]
    advice = words.advice
    if obstacle.trouble in _MAY_PASS:
        advice += " It is tried again by itself." if again else " Try again later."
    if obstacle.trouble in _SERVICE_EXPLAINS and obstacle.words:
        advice = f"“{obstacle.words.rstrip('.')}.” {advice}"
    return Wording(words.headline, advice)


# What may be over a moment later: waited for while queued, told to the designer at the end.
_MAY_PASS = {Trouble.UNREACHABLE, Trouble.UPLOAD}

# Where the service's own words tell a designer something that ours cannot.
_SERVICE_EXPLAINS = {
    Trouble.INVALID,
    Trouble.SERVICE_FAILED,
    Trouble.NOT_CREATED,
    Trouble.NOT_GENERATED,
    Trouble.FEATURE_OFF,
}


def _is_uploading(task: Task) -> bool:
    return task.is_edit and task.sent_at is None


def _ordinal(number: int | None) -> str:
    if number is None:
        return ""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10)
    return f"{number}{ending or 'th'}"
