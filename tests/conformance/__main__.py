"""``python -m tests.conformance SECONDS [SEED]``: fuzz every decoder for so long."""

import sys

from tests.conformance.test_decoders import DECODERS, run

seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
print(f"{run(seconds, seed)} runs over {len(DECODERS)} decoders, seed {seed}: none broke")
