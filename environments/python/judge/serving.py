"""The judge's process: one grade after the other, as long as it has run no code of a task."""

import ast
import gc
import json
import os
import resource
import socket

from .decoding import forget_kinds
from .grading import Grading
from .starting import Fault

# The process sends this to the spawner if it stays for another grade. The spawner sends it when there is one.
KEPT = b'{"kind": "kept"}'
NEXT = b"next"
# Maximum grades of one process, and maximum growth of its address space in bytes between two grades.
_MOST = 100
_GROWTH = 8 << 20
# Limit of address space in bytes, so that too large computations for a solution fail a test, not the sandbox.
_MEMORY = 384 << 20


def framed(nonce: bytes, told: dict) -> bytes:
    """
    A reply as a frame for the server. Only a process that knows the nonce of this run can write one. Solution processes are
    forks of a process that does not know it yet.
    """
    data = json.dumps(told).encode()
    return b"\n%s %d\n%s" % (nonce, len(data), data)


def _read_part(descriptor):
    """One part of the input: a line with its length, then this many bytes of JSON. Nothing after it is read."""
    length = b""
    while not length.endswith(b"\n"):
        part = os.read(descriptor, 1)
        if not part:
            raise EOFError("the input ends before a part")
        length += part
    data = bytearray()
    while len(data) < int(length):
        part = os.read(descriptor, int(length) - len(data))
        if not part:
            raise EOFError("the input ends in the middle")
        data += part
    return json.loads(bytes(data))


def _classes(setup):
    """Names of the classes that a setup defines."""
    return [node.name for node in ast.parse(setup).body if isinstance(node, ast.ClassDef)]


def _address_space():
    with open("/proc/self/statm", "rb") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _graded(control, job, plan):
    """The result of a job, and whether only its values, no code, were in this process."""
    job["classes"] = _classes(job["setup"])
    try:
        grading = Grading(job, plan, control)
        told = {"tests": grading.outcomes()} if grading.tested else {"grade": grading.score()}
    except Fault as fault:
        return {"fault": str(fault)}, False
    told["usage"] = {"seconds": grading.usage.seconds, "peak_kib": grading.usage.peak_kib}
    return told, grading.plain and not grading.broken


def serve(control: socket.socket, keep: bool) -> None:
    """
    Grade the work on standard input; the result is a frame on standard output.
    control: the socket to the process that forks solution processes. keep: whether the process may stay for another grade.
    """
    gc.disable()
    limit = resource.getrlimit(resource.RLIMIT_AS)[1]
    memory = _MEMORY if limit == resource.RLIM_INFINITY else min(_MEMORY, limit)
    resource.setrlimit(resource.RLIMIT_AS, (memory, limit))
    # Output of tests and grade programs is discarded, and their input is empty.
    source, report, null = os.dup(0), os.dup(1), os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    most = _address_space() + _GROWTH
    for grade in range(_MOST):
        job, plan = _read_part(source), _read_part(source)
        nonce = plan.pop("nonce").encode()
        told, plain = _graded(control, job, plan)
        data = framed(nonce, told)
        while data:
            data = data[os.write(report, data) :]
        if not (keep and plain and grade < _MOST - 1):
            return
        # Free the values of one solution, so that they take no memory from the next one.
        if _address_space() > most:
            forget_kinds()
            gc.collect()
            if _address_space() > most:
                return
        control.send(KEPT)
        if control.recv(len(NEXT)) != NEXT:
            return
