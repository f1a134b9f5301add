"""A system-call filter for the process that parses hostile formats: no network, no program, no other process, no writing to any path.

Linux on x86-64 and 64-bit ARM (numbers from the kernel's syscall tables); elsewhere `confine` says False and the limits of the process alone hold.
A classic BPF program (kernel: Documentation/userspace-api/seccomp_filter.rst) sees a call's number and arguments; what it refuses fails with EPERM.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

_LOAD, _EQUAL, _ATLEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_ALU|AND|K, BPF_RET|K
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_NO_NEW_PRIVILEGES, _FILTER_MODE, _ALL_THREADS = 38, 1, 1  # PR_SET_NO_NEW_PRIVS, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_THREAD = 0x10000  # CLONE_THREAD
_X32 = 0x40000000  # __X32_SYSCALL_BIT: the same calls under other numbers


# Numbers on x86-64 and on 64-bit ARM; None: the architecture has no such call.
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201), "accept": (43, 202), "accept4": (288, 242),
    "sendto": (44, 206), "sendmsg": (46, 211), "sendmmsg": (307, 269), "execve": (59, 221), "execveat": (322, 281), "fork": (57, None),
    "vfork": (58, None), "ptrace": (101, 117), "kill": (62, 129), "tkill": (200, 130), "pidfd_send_signal": (424, 424),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "unlink": (87, None), "unlinkat": (263, 35), "rename": (82, None),
    "renameat": (264, 38), "renameat2": (316, 276), "link": (86, None), "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36),
    "mkdir": (83, None), "mkdirat": (258, 34), "rmdir": (84, None), "mknod": (133, None), "mknodat": (259, 33), "creat": (85, None),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None), "fchown": (93, 55),
    "lchown": (94, None), "fchownat": (260, 54), "truncate": (76, 45), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "io_uring_setup": (425, 425), "bpf": (321, 280), "setrlimit": (160, 164), "setns": (308, 268), "unshare": (272, 97),
}  # fmt: skip
_ABSENT = (("clone3", 435, 435), ("openat2", 437, 437))  # ENOSYS: the C library then takes the older call, whose arguments can be seen here
_OPENING = (("open", 2, None, 1), ("openat", 257, 56, 2))  # the last: which argument holds the flags
_CLONE, _PRLIMIT, _SECCOMP = (56, 220), (302, 261), (317, 277)
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, audit id of the architecture


def confine() -> bool:
    """Refuse these calls to this process and all its threads from now on, for good. False where the platform has no such filter."""
    if sys.platform != "linux" or sys.maxsize < 2**32 or platform.machine() not in _MACHINES:
        return False
    column, architecture = _MACHINES[platform.machine()]
    program = _program(column, architecture)
    held = ctypes.create_string_buffer(program, len(program))
    whole = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))  # struct sock_fprog
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.syscall(_SECCOMP[column], _FILTER_MODE, _ALL_THREADS, ctypes.create_string_buffer(whole, len(whole))) == 0)


def _program(column: int, architecture: int) -> bytes:
    """The filter: a foreign architecture, a refused number or a refused argument gives an error; all else passes."""
    no, allow = _step(_RETURN, _ERRNO | errno.EPERM), _step(_RETURN, _ALLOW)
    steps = [_step(_LOAD, _ARCHITECTURE), _step(_EQUAL, architecture, 1, 0), no, _step(_LOAD, _NUMBER), _step(_ATLEAST, _X32, 0, 1), no]
    for numbers in _REFUSED.values():
        steps += _where(numbers[column], [no])
    for _, *absent in _ABSENT:
        steps += _where(absent[column], [_step(_RETURN, _ERRNO | errno.ENOSYS)])
    for _, *opening, place in _OPENING:
        steps += _where(opening[column], [*_without(place, _WRITES), no, allow])
    steps += _where(_PRLIMIT[column], [*_without(2, 0xFFFFFFFF), no, allow])  # limits may be read: the new ones are NULL
    steps += _where(_CLONE[column], [_step(_LOAD, _ARGUMENTS), _step(_AND, _THREAD), _step(_EQUAL, 0, 0, 1), no, allow])
    return b"".join([*steps, allow])


def _where(number: int | None, then: list[bytes]) -> list[bytes]:
    """These steps for the call of this number, none where there is no such call."""
    return [] if number is None else [_step(_EQUAL, number, 0, len(then)), *then]


def _without(place: int, bits: int) -> list[bytes]:
    """Skips the step that follows where the argument (its lower half) has none of the bits."""
    return [_step(_LOAD, _ARGUMENTS + 8 * place), _step(_AND, bits), _step(_EQUAL, 0, 1, 0)]


def _step(code: int, value: int, when: int = 0, otherwise: int = 0) -> bytes:
    """One instruction (struct sock_filter): code, steps to skip when true and when false, operand."""
    return struct.pack("HBBI", code, when, otherwise, value & 0xFFFFFFFF)
