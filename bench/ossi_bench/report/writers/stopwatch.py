"""What a writer took, in seconds and MiB."""

import json
import time

from ossi_bench.child import peak_mib


class Stopwatch:
    """Runs from its making on."""

    def __init__(self) -> None:
        self._since = time.perf_counter()
        self._took = {"load_s": 0.0, "aggregate_s": 0.0, "write_s": 0.0, "aggregate_peak_mib": 0.0}

    def lap(self, what: str) -> None:
        """The time since the lap before was for that."""
        now = time.perf_counter()
        self._took[what] += now - self._since
        if what == "aggregate_s":
            self._took["aggregate_peak_mib"] = peak_mib()
        self._since = now

    def tell(self) -> None:
        """Prints one line of JSON."""
        print(json.dumps({**self._took, "peak_mib": peak_mib()}))
