"""The audit log: what admins have done, the latest first."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from components.studio.administration import Administration
from components.studio.db.administration import AuditEntry
from components.ui.admin.parts import (
    credit_text,
    heading,
    listing,
    moment_text,
    name_in,
    show_more,
    shown_rows,
)

_KEY = "log"
_SUBJECTS = {"key": "all together", "everybody": "each person"}


def render_log(admin: Administration) -> None:
    """Render the section."""
    heading("Log", "What admins have done. Nothing in it can be changed or deleted.")
    limit = shown_rows(_KEY)
    entries = admin.audit_entries(limit=limit + 1)
    ids = {entry.user_id for entry in entries} | {
        user_id for entry in entries if (user_id := _person_in(entry))
    }
    names = admin.names(ids)
    listing(
        [
            (
                describe_act(entry, names),
                f"{name_in(names, entry.user_id)} · {moment_text(entry.at)}",
            )
            for entry in entries[:limit]
        ],
        empty="Nothing was done yet.",
    )
    show_more(_KEY, has_more=len(entries) > limit)


def describe_act(entry: AuditEntry, names: Mapping[str, str]) -> str:
    """An act in words; one of a later version by its own name."""
    details = entry.details
    user_id = _person_in(entry)
    person = name_in(names, user_id) if user_id else "everybody"
    match entry.act:
        case "budget":
            subject = str(details.get("subject", ""))
            of_many = _SUBJECTS.get(subject) or f"each {subject.removeprefix('role:')}"
            whose = person if user_id else of_many
            cap = details.get("credits")
            if cap is None:
                return f"Removed the budget of {whose} for a {details.get('period')}"
            credits_text = credit_text(Decimal(str(cap)))
            return f"Set the budget of {whose} to {credits_text} credits a {details.get('period')}"
        case "charge":
            word = "was charged" if details.get("charged") else "was not charged"
            return f"Said that task {str(details.get('task'))[:8]} {word}"
        case "hold":
            return "Held the queue"
        case "go on":
            return "Let the queue go on"
        case "put first":
            return f"Put {person} first"
        case "withdraw":
            return f"Withdrew what waited of {person}"
        case "remove":
            return f"Let {person} in no more"
        case "readmit":
            return f"Let {person} in again"
        case "erase":
            return f"Erased {person}"
        case "notice":
            return (
                "Told everybody something" if details.get("characters") else "Took the notice back"
            )
        case "retention":
            days = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in details.items())
            return f"Set the days: {days}" if days else "Set the days back to the settings"
        case act:
            return act


def _person_in(entry: AuditEntry) -> str:
    person = str(entry.details.get("person", ""))
    subject = str(entry.details.get("subject", ""))
    if subject.startswith("person:"):
        return subject.removeprefix("person:")
    return "" if person == "everybody" else person
