"""OpenEnv's runtime validation of the package, which here is started without a container."""

import os
import subprocess
import sys
from pathlib import Path

from openenv.validation import Level, run_validation


class Started:
    def __init__(self, root: Path) -> None:
        env = {**os.environ, "PORT": "0", "HOST": "127.0.0.1", "STEPWELL_URL": sys.argv[2]}
        self.process = subprocess.Popen(["node", str(root / "gate.mjs")], env=env, stdout=subprocess.PIPE, text=True)
        self.base_url = f"http://127.0.0.1:{self.process.stdout.readline().split()[-1]}"

    def inspect(self) -> dict:
        return {}

    def logs(self, max_bytes: int = 65536) -> str:
        return ""

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


class Provider:
    """Starts the package's program itself."""

    name = "process"
    supported_network_modes = frozenset({"public"})

    def __init__(self, root: Path) -> None:
        from openenv.validation.types import ProviderCapability

        self.capabilities = frozenset({ProviderCapability.IMAGE_BUILD})
        self.root = root

    def build(self, root: Path, execution) -> str:
        assert (root / execution.dockerfile).is_file()
        return "sha256:" + "0" * 64

    def start(self, spec) -> Started:
        return Started(self.root)


root = Path(sys.argv[1])
report = run_validation(root, max_level=Level.RUNTIME, provider=Provider(root))
for result in report.results:
    print(result.check_id, result.status.value, *result.evidence)
