"""The task API's host, `https://api.kie.ai`: create, query, credit, download link."""

import secrets
from dataclasses import asdict, replace
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import Response

from components.sandbox.create_request import MAX, CreateRequest, parse_create_request, prompt_of
from components.sandbox.envelope import NO_CREDIT, NO_RECORD, ApiError, success
from components.sandbox.fault_responses import apply_fault
from components.sandbox.faults import FaultPoint
from components.sandbox.links import DOWNLOAD_SECONDS, address, own_path
from components.sandbox.record_info import FAULTY_QUERIES, record_info_data
from components.sandbox.request_body import read_json
from components.sandbox.service import Service, service_of
from components.sandbox.tasks import FAILURES, Task

_MOST_BODY_BYTES = 1_000_000


async def generate(request: Request) -> Response:
    """`POST /api/v1/flux/kontext/generate` (docs/kie-api.md, Create)."""
    service = service_of(request)
    service.store.count("creates")
    account = service.account(request)
    body = await read_json(request, _MOST_BODY_BYTES)
    prompt = prompt_of(body) if service.options.faults_on_request else ""
    requested = service.faults.faults_for_create(account, prompt)
    points = (FaultPoint.CREATE, FaultPoint.CREATE_OR_QUERY)
    if fault := service.faults.choose(*points, requested=requested):
        return await _reject(service, fault)
    if not service.creates.admit(account):
        raise service.rejected()
    create = parse_create_request(body)
    if service.store.running(account) >= service.options.running_tasks:
        raise service.rejected()
    task = _task(service, create, account, _base_url(request), requested)
    price = service.price(create.model)
    if not service.store.accept(task, price, service.starting_balance):
        raise ApiError(402, NO_CREDIT)
    if "callback-early" in task.faults:
        await service.runner.finish(task)
    else:
        service.runner.submit(task)
    fault = service.faults.choose(FaultPoint.REPLY, requested=requested)
    return await apply_fault(fault, success({"taskId": task.task_id}), service.sleeper)


async def record_info(request: Request) -> Response:
    """`GET /api/v1/flux/kontext/record-info?taskId=…` (docs/kie-api.md, Query)."""
    service = service_of(request)
    service.store.count("queries")
    account = service.account(request)
    if fault := service.faults.choose(FaultPoint.CREATE_OR_QUERY):
        return await _reject(service, fault)
    if not service.queries.admit(account):
        raise service.rejected()
    task = service.store.task(request.query_params.get("taskId", ""))
    if task is None or task.account != account:
        raise ApiError(422, NO_RECORD)
    count = service.store.count_query(task)
    requested = task.faults if count.total <= FAULTY_QUERIES else ()
    shown = task
    if "wrong-task" in requested:
        shown = service.store.other_task(task) or replace(task, task_id=secrets.token_hex(16))
    data = record_info_data(shown, count, service.options.clock(), _base_url(request))
    fault = service.faults.choose(FaultPoint.QUERY, requested=requested)
    return await apply_fault(fault, success(data), service.sleeper)


async def credit(request: Request) -> Response:
    """`GET /api/v1/chat/credit`: the balance, a decimal (docs/kie-api.md, Common)."""
    service = service_of(request)
    balance = service.store.balance(service.account(request), service.starting_balance)
    return success(float(balance)).to_http()


async def download_url(request: Request) -> Response:
    """`POST /api/v1/common/download-url`: a link for 20 minutes (docs/kie-api.md, Common)."""
    service = service_of(request)
    service.account(request)
    body = await read_json(request, _MOST_BODY_BYTES)
    url = body.get("url") if isinstance(body, dict) else None
    base_url, now = _base_url(request), service.options.clock()
    known = own_path(url, base_url) if isinstance(url, str) else ""
    if service.store.file(known, now) is None:
        raise ApiError(422, "url is wrong")
    path = f"/downloads/{secrets.token_hex(16)}/{PurePosixPath(known).name}"
    service.store.add_link(path, known, now + DOWNLOAD_SECONDS)
    return success(address(base_url, path)).to_http()


def _task(
    service: Service, create: CreateRequest, account: str, base_url: str, requested: frozenset[str]
) -> Task:
    refused = {"refused"} if create.is_disallowed else set()
    faults = service.faults.faults_for_task(requested | refused)
    seed = service.dice.getrandbits(32)
    seconds = service.options.seconds * service.dice.uniform(0.8, 1.2)
    seconds *= 2 if create.model == MAX else 1
    seconds *= 5 if "slow" in faults else 1
    seconds *= 0.25 if FAILURES.keys() & faults else 1  # a failure comes before a picture would
    now = service.options.clock()
    return Task(
        **asdict(create),
        task_id=secrets.token_hex(16),
        account=account,
        paid=float(service.price(create.model)),
        faults=faults,
        seed=seed,
        base_url=base_url,
        created_at=now,
        due_at=now + seconds,
    )


async def _reject(service: Service, fault: str) -> Response:
    if fault.startswith("rate-limited"):
        service.store.count("rejected")
    return await apply_fault(fault, success(None), service.sleeper)


def _base_url(request: Request) -> str:
    return str(request.base_url).rstrip("/")
