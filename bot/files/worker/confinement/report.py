"""Reports how this system can confine a process, as a line of JSON.

I/O: tries it on this process, which then ends.
"""

from __future__ import annotations

import json
import sys

from bot.files.worker.confinement import confine, landlock, seccomp


def main() -> None:
    namespace = confine.leave_network()
    confine.drop_privileges()
    found = {
        "landlock_abi": landlock.restrict(()),
        "network_namespace": namespace,
        "call_filter": seccomp.forbid_reaching_out(),
    }
    sys.stdout.write(json.dumps(found) + "\n")
