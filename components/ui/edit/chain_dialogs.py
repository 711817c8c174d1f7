"""Dialogs of a chain that is run again: which steps, and other words for one that failed."""

from __future__ import annotations

import html
import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import accumulate

import streamlit as st

from components.studio import Model, ValidationError
from components.studio.chain_runs import ChainStep
from components.studio.credits import CreditBalance
from components.studio.db.budgets import BudgetLeft, OverBudget
from components.studio.db.chain_runs import ChainRun
from components.studio.db.database import DatabaseError
from components.studio.db.tables import TaskWithImage
from components.studio.lineage import EditNode
from components.studio.storage import QuotaExceeded
from components.studio.studio import NotFoundError
from components.ui import budgets, session
from components.ui.escape import escape_markdown
from components.ui.messages import (
    IMAGE_NOT_FOUND,
    NOTHING_SENT,
    budget_left,
    format_count,
    format_credits,
)
from components.ui.session import ChainDraft, FollowedRun, InstructionDraft
from components.ui.urls import thumbnail_url

RUN_AGAIN = "Run again from the original"
CHANGE = "Change the instruction"


def open_chain_dialog(steps: list[EditNode]) -> None:
    """Open the dialog for this chain, whose first node is the original."""
    tasks = [node.task.id for node in steps[1:] if node.task]
    session.tab_state().chain_draft = ChainDraft(uuid.uuid4().hex, steps[0].image.id, tasks)


def open_instruction_dialog(run: ChainRun) -> None:
    """Open the dialog for the step that this run stopped at."""
    session.tab_state().instruction_draft = InstructionDraft(run.id, run.position)


def render_dialogs() -> None:
    """Render the dialog that is open, if any."""
    tab = session.tab_state()
    if tab.chain_draft is not None:
        st.dialog(RUN_AGAIN, width="medium", on_dismiss=_close)(render_chain)(tab.chain_draft)
    elif tab.instruction_draft is not None:
        st.dialog(CHANGE, on_dismiss=_close)(render_instruction)(tab.instruction_draft)


def _close() -> None:
    tab = session.tab_state()
    tab.chain_draft = tab.instruction_draft = None


# The steps of a chain


def render_chain(draft: ChainDraft) -> None:
    """What stands in the dialog of a chain."""
    tab, studio = session.tab_state(), session.studio()
    if tab.chain_draft is None:
        st.rerun()  # the press was taken: the page behind the dialog follows
    entries = studio.tasks.with_images(tab.user_id, draft.order)
    st.caption(
        "The instructions are carried out once more on the original, as a new branch. "
        "What is there stays."
    )
    number = 0
    for index, entry in enumerate(entries):
        is_in = st.session_state.get(_key("in", draft, entry.task.id), True)
        number += is_in
        _render_step(draft, entry, index, str(number) if is_in else "–")
    prices = _prices(draft, entries)
    total = sum(prices, Decimal(0))
    left = budgets.budgets_left()
    refusal = budgets.over_budget(prices[0], left) if prices else ""
    forecast = run_forecast(prices, studio.credit_balance(), left)
    with st.container(key="kx-chain-press", horizontal=True, vertical_alignment="center"):
        st.caption(escape_markdown(refusal or forecast))
        st.button(
            f"Run {format_count(number, 'step')} · {format_credits(total)}",
            key="chain-run",
            type="primary",
            disabled=bool(number == 0 or refusal),
            on_click=_run,
            args=(draft,),
        )
    if draft.error and not refusal:
        st.error(escape_markdown(draft.error))


def run_forecast(
    prices: Sequence[Decimal],
    balance: CreditBalance | None,
    left: Sequence[BudgetLeft] = (),
) -> str:
    """What a run costs, such as "4 steps · 20 credits · 45 left".

    `prices` are those of its steps, `left` this person's budgets, the scarcest first.
    """
    total = sum(prices, Decimal(0))
    parts = [format_count(len(prices), "step"), format_credits(total)]
    if left:
        parts.append(budget_left(left[0]))
        fitting = sum(sum_ <= left[0].left for sum_ in accumulate(prices))
        if fitting < len(prices):
            parts.append(f"stops after {format_count(fitting, 'step')}")
    elif balance is None or balance.credits is None:
        parts.append("credits left unknown")
    elif balance.credits >= total:
        parts.append(f"{balance.credits.normalize():,f} left")
    else:
        parts.append(f"only {balance.credits.normalize():,f} left")
    return " · ".join(parts)


def _render_step(draft: ChainDraft, entry: TaskWithImage, index: int, number: str) -> None:
    task_id, prompt = entry.task.id, entry.task.request.prompt
    with st.container(key=f"kx-chain-step-{index}", horizontal=True, vertical_alignment="center"):
        is_in = st.checkbox(
            f"Make this step: {escape_markdown(prompt)}",
            value=True,
            key=_key("in", draft, task_id),
            label_visibility="collapsed",
        )
        image = entry.image
        picture = f'<img src="{thumbnail_url(image)}" alt="">' if image else ""
        st.html(
            f'<div class="kx-chain-picture">{picture}<span>{html.escape(number)}</span></div>',
            width="content",
        )
        st.text_area(
            f"Instruction {index + 1}",
            value=prompt,
            key=_key("words", draft, task_id),
            height=68,
            disabled=not is_in,
            label_visibility="collapsed",
        )
        for label, other in (("Up", index - 1), ("Down", index + 1)):
            st.button(
                label,
                key=_key(label.lower(), draft, task_id),
                type="tertiary",
                disabled=not 0 <= other < len(draft.order),
                on_click=_swap,
                args=(draft, index, other),
            )


def _key(name: str, draft: ChainDraft, task_id: str) -> str:
    return f"chain-{name}-{draft.run_id[:8]}-{task_id}"


def _swap(draft: ChainDraft, one: int, other: int) -> None:
    order = draft.order
    order[one], order[other] = order[other], order[one]


def _is_in(draft: ChainDraft, task_id: str) -> bool:
    return bool(st.session_state.get(_key("in", draft, task_id), True))


def _prices(draft: ChainDraft, entries: list[TaskWithImage]) -> list[Decimal]:
    price = session.studio().price
    return [price(entry.task.request.model) for entry in entries if _is_in(draft, entry.task.id)]


def _run(draft: ChainDraft) -> None:
    tab, studio = session.tab_state(), session.studio()
    steps = [
        ChainStep(task_id, st.session_state[_key("words", draft, task_id)])
        for task_id in draft.order
        if _is_in(draft, task_id)
    ]

    def begin() -> None:
        studio.chains.run_again(tab.user_id, draft.source_id, steps, run_id=draft.run_id)
        tab.followed_run = FollowedRun(draft.run_id, tab.pair)

    _take(draft, begin)


def _take(draft: ChainDraft | InstructionDraft, action: Callable[[], None]) -> None:
    """Do what was pressed and close the dialog, or leave it open with a sentence."""
    try:
        action()
    except (ValidationError, QuotaExceeded) as error:
        draft.error = error.message
    except NotFoundError:
        draft.error = IMAGE_NOT_FOUND
    except OverBudget as error:
        draft.error = budgets.refusal(error)
    except DatabaseError as error:
        draft.error = f"{NOTHING_SENT} {error}"
    else:
        _close()


# Other words for one step


def render_instruction(draft: InstructionDraft) -> None:
    """What stands in the dialog of one step."""
    tab = session.tab_state()
    if tab.instruction_draft is None:
        st.rerun()
    run = session.studio().chains.own_run(tab.user_id, draft.run_id)
    if draft.position >= len(run.steps):
        st.caption("This chain has ended meanwhile.")
        return
    st.text_area(
        f"Step {draft.position + 1} of {len(run.steps)}",
        value=run.steps[draft.position].prompt,
        key=_words_key(draft),
        height=120,
    )
    left = budgets.budgets_left()
    refusal = budgets.over_budget(price_of_step(run), left)
    if refusal or left:
        st.caption(escape_markdown(refusal or budget_left(left[0])))
    st.button(
        f"Go on · {format_credits(price_left(run))}",
        key="chain-go-on",
        type="primary",
        width="stretch",
        disabled=bool(refusal),
        on_click=_go_on,
        args=(draft,),
    )
    if draft.error and not refusal:
        st.error(escape_markdown(draft.error))


def price_left(run: ChainRun) -> Decimal:
    """What the steps of a run cost that are not made yet."""
    price = session.studio().price
    return sum((price(Model(step.model)) for step in run.steps[run.position :]), Decimal(0))


def price_of_step(run: ChainRun) -> Decimal:
    """What the step costs that a run has stopped at."""
    return session.studio().price(Model(run.steps[run.position].model))


def _words_key(draft: InstructionDraft) -> str:
    return f"chain-words-{draft.run_id[:8]}-{draft.position}"


def _go_on(draft: InstructionDraft) -> None:
    tab, studio = session.tab_state(), session.studio()
    prompt = st.session_state[_words_key(draft)]
    _take(
        draft,
        lambda: studio.chains.resume(tab.user_id, draft.run_id, draft.position, prompt=prompt),
    )
