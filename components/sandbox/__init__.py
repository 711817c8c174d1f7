"""A local service that answers as kie.ai's Flux Kontext API does.

Written from docs/kie-api.md alone. It imports nothing of the app: a mistake in reading the API on
one side then meets a second reading here.
"""

from components.sandbox.faults import FAULTS, FaultsRejected
from components.sandbox.options import SandboxOptions
from components.sandbox.server import SandboxServer, start

__all__ = ["FAULTS", "FaultsRejected", "SandboxOptions", "SandboxServer", "start"]
