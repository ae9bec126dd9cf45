"""The judge's process: one grade after the other, as long as it has run nothing of a task's own."""

import ast
import gc
import json
import os
import resource

from .grading import Grading
from .starting import Fault

# Said to the spawner where the process stays for another grade, and by it when there is one.
KEPT = b'{"kind": "kept"}'
NEXT = b'next'
# Grades of one process: its memory is not looked after.
_MOST = 100
# Address space in bytes: what a solution makes it compute fails a test before it fails the sandbox.
_MEMORY = 384 << 20


def _read_part(descriptor):
    """One part of the input: its length on a line, then so many bytes of JSON; nothing after it is touched."""
    length = b''
    while not length.endswith(b'\n'):
        part = os.read(descriptor, 1)
        if not part:
            raise EOFError('the input ends before a part')
        length += part
    data = bytearray()
    while len(data) < int(length):
        part = os.read(descriptor, int(length) - len(data))
        if not part:
            raise EOFError('the input ends in the middle')
        data += part
    return json.loads(bytes(data))


def _classes(setup):
    """Names of the classes that a setup defines."""
    return [node.name for node in ast.parse(setup).body if isinstance(node, ast.ClassDef)]


def _graded(control):
    """What came of the job that standard input tells of, and whether nothing of it but values was ever here."""
    job = _read_part(0)
    job['classes'] = _classes(job['setup'])
    try:
        grading = Grading(job, _read_part(0), control)
        told = {'tests': grading.outcomes()} if grading.tested else {'grade': grading.score()}
    except Fault as fault:
        return {'fault': str(fault)}, False
    told['usage'] = {'seconds': grading.usage.seconds, 'peak_kib': grading.usage.peak_kib}
    return told, grading.plain


def serve(control, keep):
    """
    Grade what standard input tells of; the outcome is one line of JSON on standard output.
    control: the socket of whoever forks solution processes. keep: whether the process may stay for another grade.
    """
    gc.disable()
    limit = resource.getrlimit(resource.RLIMIT_AS)[1]
    own = _MEMORY if limit == resource.RLIM_INFINITY else min(_MEMORY, limit)
    resource.setrlimit(resource.RLIMIT_AS, (own, limit))
    # What tests and grade programs print is nobody's answer.
    report = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    for grade in range(_MOST):
        told, plain = _graded(control)
        data = json.dumps(told).encode()
        while data:
            data = data[os.write(report, data):]
        if not (keep and plain and grade < _MOST - 1):
            return
        control.send(KEPT)
        if control.recv(len(NEXT)) != NEXT:
            return
