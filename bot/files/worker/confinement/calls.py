"""The system calls that a process which reads strangers' bytes does not need, and their numbers. Pure.

Sources: the kernel's syscall tables (arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h);
kernel:userspace-api/landlock, "Current limitations", for what Landlock leaves open.
"""

from __future__ import annotations

from collections.abc import Mapping

FIRST_UNKNOWN = 448
"""Calls from here on are newer than this list, and nothing depends on them: libraries go on without."""

OF_OTHER_FILES = (
    *("chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat", "truncate"),
    *("utime", "utimes", "futimesat", "utimensat"),
    *("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
)
"""Change files by their paths, wherever they are: Landlock does not forbid them (``truncate``: before ABI 3)."""
OF_OTHER_PROCESSES = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_open", "pidfd_getfd", "process_madvise", "kcmp"),
    *("setpriority", "sched_setparam", "sched_setscheduler", "sched_setaffinity", "sched_setattr", "ioprio_set"),
    *("migrate_pages", "move_pages"),
)
"""Read or hold up other processes of the same user."""
OF_THE_SYSTEM = (
    *("connect", "io_uring_setup", "unshare", "setns", "mount", "bpf", "perf_event_open", "userfaultfd"),
    *("add_key", "request_key", "keyctl", "inotify_init", "inotify_init1", "fanotify_init"),
    *("name_to_handle_at", "open_by_handle_at"),
)
OF_MEMORY = ("memfd_create", "memfd_secret", "shmget", "shmat", "semget", "msgget", "mq_open", "mq_unlink")
"""Memory that no bound on address space counts; some of it outlives the process."""
STARTING = ("fork", "vfork", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal")
EXECUTING = ("execve", "execveat")

NUMBERS: Mapping[str, Mapping[str, int]] = {
    "x86_64": {
        "ioctl": 16, "access": 21, "shmget": 29, "shmat": 30, "socket": 41, "connect": 42, "clone": 56, "fork": 57,
        "vfork": 58, "execve": 59, "kill": 62, "semget": 64, "msgget": 68, "fcntl": 72, "truncate": 76, "chmod": 90,
        "fchmod": 91, "chown": 92, "fchown": 93, "lchown": 94, "ptrace": 101, "rt_sigqueueinfo": 129, "utime": 132,
        "setpriority": 141, "sched_setparam": 142, "sched_setscheduler": 144, "mount": 165, "setxattr": 188,
        "lsetxattr": 189, "fsetxattr": 190, "removexattr": 197, "lremovexattr": 198, "fremovexattr": 199, "tkill": 200,
        "sched_setaffinity": 203, "tgkill": 234, "utimes": 235, "mq_open": 240, "mq_unlink": 241, "add_key": 248,
        "request_key": 249, "keyctl": 250, "ioprio_set": 251, "inotify_init": 253, "migrate_pages": 256,
        "fchownat": 260, "futimesat": 261, "fchmodat": 268, "faccessat": 269, "unshare": 272, "move_pages": 279,
        "utimensat": 280, "inotify_init1": 294, "rt_tgsigqueueinfo": 297, "perf_event_open": 298,
        "fanotify_init": 300, "prlimit64": 302, "name_to_handle_at": 303, "open_by_handle_at": 304, "setns": 308,
        "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "sched_setattr": 314, "memfd_create": 319,
        "bpf": 321, "execveat": 322, "userfaultfd": 323, "pidfd_send_signal": 424, "io_uring_setup": 425,
        "pidfd_open": 434, "clone3": 435, "pidfd_getfd": 438, "faccessat2": 439, "process_madvise": 440,
        "memfd_secret": 447,
    },
    "aarch64": {
        "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "removexattr": 14, "lremovexattr": 15, "fremovexattr": 16,
        "fcntl": 25, "inotify_init1": 26, "ioctl": 29, "ioprio_set": 30, "mount": 40, "truncate": 45, "faccessat": 48,
        "fchmod": 52, "fchmodat": 53, "fchownat": 54, "fchown": 55, "utimensat": 88, "unshare": 97, "ptrace": 117,
        "sched_setparam": 118, "sched_setscheduler": 119, "sched_setaffinity": 122, "kill": 129, "tkill": 130,
        "tgkill": 131, "rt_sigqueueinfo": 138, "setpriority": 140, "mq_open": 180, "mq_unlink": 181, "msgget": 186,
        "semget": 190, "shmget": 194, "shmat": 196, "socket": 198, "connect": 203, "add_key": 217, "request_key": 218,
        "keyctl": 219, "clone": 220, "execve": 221, "migrate_pages": 238, "move_pages": 239, "rt_tgsigqueueinfo": 240,
        "perf_event_open": 241, "prlimit64": 261, "fanotify_init": 262, "name_to_handle_at": 264,
        "open_by_handle_at": 265, "setns": 268, "process_vm_readv": 270, "process_vm_writev": 271, "kcmp": 272,
        "sched_setattr": 274, "memfd_create": 279, "bpf": 280, "execveat": 281, "userfaultfd": 282,
        "pidfd_send_signal": 424, "io_uring_setup": 425, "pidfd_open": 434, "clone3": 435, "pidfd_getfd": 438,
        "faccessat2": 439, "process_madvise": 440, "memfd_secret": 447,
    },
}  # fmt: skip
