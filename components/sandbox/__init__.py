"""The far side of the wire: a local service that answers as kie.ai's Flux Kontext API does.

Written from contract.md alone. It imports nothing of the app, so that a mistake in reading the
contract on one side meets a second reading here instead of the same one.
"""

from components.sandbox.faults import FAULTS, FaultsRejected
from components.sandbox.options import SandboxOptions
from components.sandbox.running import RunningSandbox, start

__all__ = ["FAULTS", "FaultsRejected", "RunningSandbox", "SandboxOptions", "start"]
