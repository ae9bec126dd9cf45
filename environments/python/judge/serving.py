"""The judge's process: one grade after the other, as long as it has run nothing of a task's own."""

import ast
import gc
import json
import os
import resource
import socket

from .decoding import forget_kinds
from .grading import Grading
from .starting import Fault

# Said to the spawner where the process stays for another grade, and by it when there is one.
KEPT = b'{"kind": "kept"}'
NEXT = b"next"
# Grades of one process, and address space in bytes by which it may have grown between two of them.
_MOST = 100
_GROWTH = 8 << 20
# Address space in bytes: what a solution makes it compute fails a test before it fails the sandbox.
_MEMORY = 384 << 20


def framed(nonce: bytes, told: dict) -> bytes:
    """
    What is told, as the server takes it: only who knows the nonce of this run can have written it. Solution processes are
    forks of a process that does not know it yet.
    """
    data = json.dumps(told).encode()
    return b"\n%s %d\n%s" % (nonce, len(data), data)


def _read_part(descriptor):
    """One part of the input: its length on a line, then so many bytes of JSON; nothing after it is touched."""
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
    """What came of a job, and whether nothing of it but values was ever here."""
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
    Grade what standard input tells of; the outcome is a frame on standard output.
    control: the socket of whoever forks solution processes. keep: whether the process may stay for another grade.
    """
    gc.disable()
    limit = resource.getrlimit(resource.RLIMIT_AS)[1]
    memory = _MEMORY if limit == resource.RLIM_INFINITY else min(_MEMORY, limit)
    resource.setrlimit(resource.RLIMIT_AS, (memory, limit))
    # What tests and grade programs print is nobody's answer, and they have nothing to read.
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
        # What one solution gave takes no memory from the next one.
        if _address_space() > most:
            forget_kinds()
            gc.collect()
            if _address_space() > most:
                return
        control.send(KEPT)
        if control.recv(len(NEXT)) != NEXT:
            return
