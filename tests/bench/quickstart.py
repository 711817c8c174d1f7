"""A client as in the vendor's quickstart: post, then ask every 3 s. It knows no limits."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests

from tests.bench.places import Provider

ASK_EVERY_SECONDS = 3.0


@dataclass(frozen=True)
class Outcome:
    """How a prompt ended: "done", "refused", or "lost", which is paid for and not had."""

    prompt: str
    how: str
    seen_at: float
    queries: int = 0


def generate(provider: Provider, key: str, prompt: str) -> Outcome:
    """Make one picture. An answer that is no success ends it, as the quickstart throws there."""
    api, headers = f"{provider.url}/api/v1/flux/kontext", {"Authorization": f"Bearer {key}"}
    sent = requests.post(f"{api}/generate", json={"prompt": prompt}, headers=headers, timeout=60)
    if sent.json()["code"] != 200:
        return Outcome(prompt, "refused", time.time())
    task = {"taskId": sent.json()["data"]["taskId"]}
    queries = 0
    while True:
        queries += 1
        answer = requests.get(f"{api}/record-info", params=task, headers=headers, timeout=60).json()
        if answer["code"] != 200:
            return Outcome(prompt, "lost", time.time(), queries)
        if answer["data"]["successFlag"] == 1:
            return Outcome(prompt, "done", time.time(), queries)
        time.sleep(ASK_EVERY_SECONDS)


def generate_all(
    provider: Provider, key: str, prompts: Sequence[str], *, apart_seconds: float = 0.0
) -> list[Outcome]:
    """Make them side by side, one begun after the other."""
    with ThreadPoolExecutor(len(prompts)) as pool:
        started = []
        for prompt in prompts:
            started.append(pool.submit(generate, provider, key, prompt))
            time.sleep(apart_seconds)
        return [each.result() for each in started]


def summary(outcomes: Sequence[Outcome]) -> str:
    """Such as "20 done, 20 refused"."""
    return ", ".join(f"{count} {how}" for how, count in Counter(o.how for o in outcomes).items())
