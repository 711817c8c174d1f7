"""The task API's host, `https://api.kie.ai`: create, query, credit, download link."""

import secrets
from dataclasses import asdict, replace

from starlette.requests import Request
from starlette.responses import Response

from components.sandbox.breakage import spoil
from components.sandbox.envelope import NO_CREDIT, NO_RECORD, Refused, success
from components.sandbox.faults import Moment
from components.sandbox.links import address, keep_download, own_path
from components.sandbox.order import MAX, Order, prompt_of, read_order
from components.sandbox.policy import is_disallowed
from components.sandbox.reading import NotJson, TooLarge, read_json
from components.sandbox.record import BENT_LOOKS, record
from components.sandbox.service import Service, of
from components.sandbox.tasks import Task

_MOST_BODY_BYTES = 1_000_000
_JITTER = (0.8, 1.2)
_SLOW = 5.0
_FAILS_AFTER = 0.25
"""A task that fails does so in this part of the time that a picture takes."""


async def generate(request: Request) -> Response:
    """`POST /api/v1/flux/kontext/generate` (contract.md §2)."""
    service = of(request)
    service.store.count("creates")
    account = service.account(request)
    body = await _body(request)
    asked = service.faults.asked_of(account, prompt_of(body))
    if fault := service.faults.strike(Moment.BEFORE, Moment.EITHER, asked=asked):
        return _turn_away(service, fault)
    if not service.creates.admit(account):
        raise service.rejected()
    order = read_order(body)
    if service.store.running(account) >= service.options.running_tasks:
        raise service.rejected()
    task = _task(service, order, account, _base_url(request), asked)
    price = service.price(order.model)
    if not service.store.accept(task, price, service.starting_balance):
        raise Refused(402, NO_CREDIT)
    if "callback-early" in task.faults:
        await service.works.finish(task)
    else:
        service.works.admit(task)
    fault = service.faults.strike(Moment.ANSWER, asked=asked)
    return spoil(fault, success({"taskId": task.task_id}), service.patience)


async def record_info(request: Request) -> Response:
    """`GET /api/v1/flux/kontext/record-info?taskId=…` (contract.md §3)."""
    service = of(request)
    service.store.count("queries")
    account = service.account(request)
    if fault := service.faults.strike(Moment.EITHER):
        return _turn_away(service, fault)
    if not service.queries.admit(account):
        raise service.rejected()
    task = service.store.task(request.query_params.get("taskId", ""))
    if task is None or task.account != account:
        raise Refused(422, NO_RECORD)
    looks = service.store.look(task)
    asked = task.faults if looks.total <= BENT_LOOKS else ()
    shown = task
    if "wrong-task" in asked:
        shown = service.store.neighbour(task) or replace(task, task_id=secrets.token_hex(16))
    data = record(shown, looks, service.options.clock(), _base_url(request))
    fault = service.faults.strike(Moment.LOOK, asked=asked)
    return spoil(fault, success(data), service.patience)


async def credit(request: Request) -> Response:
    """`GET /api/v1/chat/credit`: the balance, a decimal (contract.md §7)."""
    service = of(request)
    balance = service.store.balance(service.account(request), service.starting_balance)
    return success(float(balance)).response()


async def download_url(request: Request) -> Response:
    """`POST /api/v1/common/download-url`: a link for 20 minutes (contract.md §7)."""
    service = of(request)
    service.account(request)
    body = await _body(request)
    url = body.get("url") if isinstance(body, dict) else None
    base_url, now = _base_url(request), service.options.clock()
    known = own_path(service.store, url, base_url, now) if isinstance(url, str) else None
    if known is None:
        raise Refused(422, "url is wrong")
    return success(address(base_url, keep_download(service.store, known, now))).response()


def _task(
    service: Service, order: Order, account: str, base_url: str, asked: frozenset[str]
) -> Task:
    faults = service.faults.fate(asked | ({"refused"} if is_disallowed(order.prompt) else set()))
    now = service.options.clock()
    task = Task(
        **asdict(order),
        task_id=secrets.token_hex(16),
        account=account,
        paid=float(service.price(order.model)),
        faults=faults,
        seed=service.dice.getrandbits(32),
        base_url=base_url,
        created_at=now,
        due_at=now,
    )
    seconds = service.options.seconds * service.dice.uniform(*_JITTER)
    seconds *= 2 if order.model == MAX else 1
    seconds *= _SLOW if "slow" in faults else 1
    seconds *= _FAILS_AFTER if task.doom else 1
    return task.due_in(seconds)


def _turn_away(service: Service, fault: str) -> Response:
    if fault.startswith("rate-limited"):
        service.store.count("rejected")
    return spoil(fault, success(None), service.patience)


async def _body(request: Request) -> object:
    try:
        return await read_json(request, _MOST_BODY_BYTES)
    except (NotJson, TooLarge) as problem:
        raise Refused(422, str(problem)) from problem


def _base_url(request: Request) -> str:
    return str(request.base_url).rstrip("/")
