"""The submit button with its price, and the result of a submission."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Final, Literal

import streamlit as st

from components.studio import GenerationRequest, Model, ValidationError
from components.studio.credits import CreditBalance
from components.studio.db.budgets import BudgetLeft, OverBudget
from components.studio.db.database import DatabaseError
from components.studio.db.tables import ImageRecord
from components.studio.studio import NotFoundError
from components.studio.tasks.models import IN_PROGRESS, FailureReason, Task
from components.studio.user_tasks import check_picture_count
from components.ui import budgets, session
from components.ui.escape import escape_markdown
from components.ui.form.drafts import restore_settings
from components.ui.form.generation_form import FormValues, GenerationForm, Mode
from components.ui.messages import (
    IMAGE_NOT_FOUND,
    MATCH_INPUT,
    MODEL_LABELS,
    NOTHING_SENT,
    PRESSED_TWICE,
    SOURCE_NOT_FOUND,
    budget_left,
    failure_headline,
    format_credits,
    format_size,
)
from components.ui.result_checks import VISIBLE_CROP, crop_fraction, expected_size
from components.ui.streamlit_internals.toasts import show_toast

NEWEST_TASKS: Final = 20  # of which any may still be in progress


def render_submit(form: GenerationForm, verb: str) -> None:
    """A button such as "Generate · 10 credits"; Ctrl or Cmd with Enter presses it as well."""
    values = form.values()
    price = values.price(session.studio().price)
    tab = session.tab_state()
    tab.shown_budgets = budgets.budgets_left()
    refusal = budgets.over_budget(price, tab.shown_budgets)
    problem = _picture_count_problem(values)
    with st.container(key="kx-press"):
        # No timer: of two fragments that rerun at once Streamlit (1.67) loses a press.
        source = session.selected_source() if form.mode == "edit" else None
        st.caption(
            escape_markdown(problem or refusal or _forecast_for(values, source, tab.shown_budgets))
        )
        st.button(
            verb if problem else f"{verb} · {format_credits(price)}",
            key=f"{form.mode}-submit",
            type="primary",
            width="stretch",
            shortcut="Mod+Enter",
            disabled=bool(problem or refusal),
            on_click=_submit,
            args=(form,),
        )
        if refusal and not problem:
            _offer_fewer(form, values, tab.shown_budgets)
    error = tab.submit_errors.get(form.mode)
    if error is not None:
        st.error(escape_markdown(error))


def _offer_fewer(form: GenerationForm, values: FormValues, left: tuple[BudgetLeft, ...]) -> None:
    """A button for as many variants as fit into the budgets, where some do."""
    price_of_one = replace(values, variants=1).price(session.studio().price)
    fitting = int(min(budget.left for budget in left) // price_of_one)
    if fitting:
        pictures = fitting * len(values.models)
        st.button(
            f"{pictures} {'fits' if pictures == 1 else 'fit'}: make {pictures} · "
            f"{format_credits(price_of_one * fitting)}",
            key=f"{form.mode}-submit-fewer",
            width="stretch",
            on_click=_submit,
            args=(form, fitting),
        )


def _picture_count_problem(values: FormValues) -> str:
    """Why a press would make too many pictures; empty if it would not."""
    try:
        check_picture_count(values.variants, len(values.models))
    except ValidationError as error:
        return error.message
    return ""


def change_values(prompt: str) -> FormValues:
    """What a change on a card is made with: the settings of Edit, one picture, its own shape."""
    form = GenerationForm("edit")
    restore_settings(form)
    values = form.values()
    model = values.models[0].value
    return replace(values, prompt=prompt, model=model, ratio=MATCH_INPUT, variants=1)


def change_price() -> tuple[str, str]:
    """What a change on a card costs, such as "Pro · 5 credits · 90 credits left afterwards".

    With it, why that cannot be paid for; empty if it can.
    """
    values, left = change_values(""), budgets.budgets_left()
    model = Model(values.model)
    price = session.studio().price(model)
    forecast_ = _forecast_for(values, None, left)
    return (
        f"{MODEL_LABELS[model]} · {format_credits(price)} · {forecast_}",
        budgets.over_budget(price, left),
    )


def _forecast_for(
    values: FormValues, source: ImageRecord | None, left: tuple[BudgetLeft, ...]
) -> str:
    studio = session.studio()
    newest = studio.tasks.recent(session.tab_state().user_id, limit=NEWEST_TASKS)
    # What is being made is not in the balance yet, and the page is not run again when it is.
    is_charged = all(entry.task.state not in IN_PROGRESS for entry in newest)
    return forecast(
        values,
        source=source,
        price=values.price(studio.price),
        balance=studio.credit_balance() if is_charged else None,
        waiting=len(studio.tasks.queue_positions()),
        pause_reason=studio.pause_reason,
        budget=next(iter(left), None),
    )


def forecast(
    values: FormValues,
    *,
    source: ImageRecord | None,
    price: Decimal,
    balance: CreditBalance | None,
    waiting: int,
    pause_reason: FailureReason | None,
    budget: BudgetLeft | None = None,
) -> str:
    """What a press brings, such as "1392×752 · 980 credits left afterwards".

    Where budgets hold it says what is left of the scarcest one, instead of the account. With
    both models it says how many each makes. `waiting` counts everybody's tasks that are not sent
    yet. What is unknown is called so.
    """
    ratio = None if values.ratio == MATCH_INPUT else values.ratio
    size = expected_size(ratio, source)
    parts = [format_size(*size)] if size else []
    if len(values.models) > 1:
        parts.append(" + ".join(f"{values.variants} {MODEL_LABELS[m]}" for m in values.models))
    if ratio is not None and source is not None:
        kept = min(crop_fraction(source.width_px, source.height_px, ratio))
        if kept < VISIBLE_CROP:
            parts.append(f"outside {ratio} is cut off, or filled in")
    if budget is not None:
        parts.append(budget_left(budget))
        if balance is not None and balance.credits is not None and balance.credits < price:
            parts.append(f"the account has only {format_credits(balance.credits)}")
    elif balance is None or balance.credits is None:
        parts.append("credits left unknown")
    elif balance.credits >= price:
        parts.append(f"{format_credits(balance.credits - price)} left afterwards")
    else:
        parts.append(f"only {format_credits(balance.credits)} left")
    if pause_reason is not None:
        parts.append(f"waits: {failure_headline(pause_reason).lower()}")
    elif waiting:
        parts.append(f"{waiting} wait before it" if waiting > 1 else "1 waits before it")
    return " · ".join(parts)


@contextmanager
def show_errors(mode: Mode | Literal["change"]) -> Iterator[None]:
    """Show errors of a submission beside that form's button, or where a card was changed."""
    errors = session.tab_state().submit_errors
    errors.pop(mode, None)
    try:
        yield
    except ValidationError as error:
        errors[mode] = error.message
    except NotFoundError:
        errors[mode] = IMAGE_NOT_FOUND if mode == "change" else SOURCE_NOT_FOUND
    except OverBudget as error:
        if mode == "change":
            errors[mode] = budgets.refusal(error)
        else:
            budgets.show_refusal(error)  # the line says it, too, as long as it is so
    except DatabaseError as error:
        errors[mode] = f"{NOTHING_SENT} {error}"
    else:
        errors.pop(mode, None)  # an earlier press may have failed while this one waited


def _submit(form: GenerationForm, variants: int | None = None) -> None:
    """Only insert the tasks: a callback that waits is cut off by the next click.

    `variants` are made instead of those that are chosen.
    """
    tab = session.tab_state()
    # Read now and not when the button was drawn: a fragment may have changed it since.
    source_id = tab.source_id if form.mode == "edit" else None
    with show_errors(form.mode):
        if form.mode == "edit" and source_id is None:
            raise ValidationError(
                "input_image",
                "Choose a picture first: upload one, paste one, or give its address.",
            )
        values = form.values()
        submit_request(
            values.request(),
            source_id=source_id,
            variants=variants or values.variants,
            models=values.models,
        )
        tab.pair = None  # show the newest edit when it is done


def submit_request(
    request: GenerationRequest,
    *,
    source_id: str | None = None,
    variants: int = 1,
    models: Sequence[Model] = (),
) -> list[Task]:
    """Submit a request, or say that it is the same as the one that is being submitted.

    With `models` it is made by each of them.
    """
    studio, user_id = session.studio(), session.tab_state().user_id
    pressed_at = studio.clock()
    tasks = studio.tasks.submit(
        user_id, request, source_id=source_id, variants=variants, models=models
    )
    if tasks[0].created_at < pressed_at:
        show_toast(PRESSED_TWICE)
    return tasks
