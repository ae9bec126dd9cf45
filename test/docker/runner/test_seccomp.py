"""The system call filter: interpreted over every number, and in force around real programs."""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "docker", "runner"))

import seccomp

ALLOWED, EPERM, ENOSYS, KILLED = 0x7FFF0000, 0x50001, 0x50026, 0x80000000
ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}


def interpret(program: bytes, number: int, arch: int, arguments=(), path=None) -> int:
    """What the kernel would answer, by the rules of classic BPF; `path` collects the positions passed."""
    padded = list(arguments) + [0] * (6 - len(arguments))
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, arch, 0, *padded)
    accumulator = 0
    position = 0
    while True:
        code, if_true, if_false, constant = struct.unpack_from("=HBBI", program, 8 * position)
        if path is not None:
            path.append(position)
        position += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, constant)
        elif code == 0x06:
            return constant
        else:
            holds = {0x35: accumulator >= constant, 0x15: accumulator == constant, 0x45: accumulator & constant}[code]
            position += if_true if holds else if_false


class Interpreted(unittest.TestCase):
    def setUp(self):
        self.programs = {machine: seccomp.filter_program(machine) for machine in ARCH}

    def answer(self, machine, number, *arguments):
        return interpret(self.programs[machine], number, ARCH[machine], arguments)

    def test_every_number_up_to_the_newest_is_allowed_unless_named(self):
        for column, machine in enumerate(ARCH):
            refused = {numbers[column] for numbers in seccomp.REFUSED.values()} - {None}
            absent = {numbers[column] for numbers in seccomp.ABSENT.values()}
            checked = {check[0][column] for check in seccomp.CHECKED.values()}
            for number in set(range(seccomp.NEWEST + 1)) - checked:
                expected = EPERM if number in refused else ENOSYS if number in absent else ALLOWED
                self.assertEqual(self.answer(machine, number), expected, (machine, number))

    def test_numbers_never_seen_before_do_not_exist(self):
        for machine in ARCH:
            for number in (451, 457, 469, 470, 512, 1000, 0x3FFFFFFF, 0x80000000, 0xFFFFFFFF, -1):
                self.assertEqual(self.answer(machine, number), ENOSYS)

    def test_x32_calls_are_refused(self):
        for number in (0, 1, 59, 165, 520, 0x3FFFFFFF):
            self.assertEqual(self.answer("x86_64", number | 0x40000000), EPERM)

    def test_another_architecture_is_killed(self):
        for machine in ARCH:
            for arch in (0x40000003, 0x40000028, 0):
                self.assertEqual(interpret(self.programs[machine], 0, arch), KILLED)

    def test_an_unknown_machine_is_not_supported(self):
        with self.assertRaises(seccomp.RequestError) as caught:
            seccomp.filter_program("riscv64")
        self.assertEqual(caught.exception.code, "not_supported")

    def test_stops_at_exit_are_refused_and_other_tracing_is_not(self):
        for machine, number in (("x86_64", 101), ("aarch64", 117)):
            for request in (0x4206, 0x4200, 21):
                for options in (0x40, 0x41, 0x10007F):
                    self.assertEqual(self.answer(machine, number, request, 1, 0, options), EPERM)
                self.assertEqual(self.answer(machine, number, request, 1, 0, 0x10003F), ALLOWED)
            # PTRACE_TRACEME, ATTACH, CONT with a signal, POKETEXT with any word
            for request in (0, 16, 7, 4):
                self.assertEqual(self.answer(machine, number, request, 1, 0, 0x40), ALLOWED)

    def test_leases_are_refused_and_locks_are_not(self):
        for machine, number in (("x86_64", 72), ("aarch64", 25)):
            self.assertEqual(self.answer(machine, number, 3, 1024, 1), EPERM)
            for command in (0, 1, 4, 6, 1025, 1030, 1033):
                self.assertEqual(self.answer(machine, number, 3, command), ALLOWED)

    def test_clone_is_refused_with_any_namespace_and_allowed_without(self):
        for machine, number in (("x86_64", 56), ("aarch64", 220)):
            for bit in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
                self.assertEqual(self.answer(machine, number, bit | 17), EPERM)
            # fork, vfork and a thread as libc makes them
            for flags in (17, 0x4111, 0x3D0F00, 0x1200011):
                self.assertEqual(self.answer(machine, number, flags), ALLOWED)

    def test_arguments_are_checked_by_their_low_word(self):
        high = 0xFFFFFFFF00000000
        for machine, socket, ioctl, personality in (("x86_64", 41, 16, 135), ("aarch64", 198, 29, 92)):
            for extra in (0, high):
                for family in (38, 40):
                    self.assertEqual(self.answer(machine, socket, family | extra), EPERM)
                self.assertEqual(self.answer(machine, socket, 2 | extra), ALLOWED)
                self.assertEqual(self.answer(machine, ioctl, 0, 0x5412 | extra), EPERM)
                self.assertEqual(self.answer(machine, ioctl, 0, 0x541C | extra), EPERM)
                self.assertEqual(self.answer(machine, ioctl, 0x5412, 0x5413 | extra), ALLOWED)
                for value in (0, 8, 0x20000, 0x20008, 0xFFFFFFFF):
                    self.assertEqual(self.answer(machine, personality, value | extra), ALLOWED)
                for value in (1, 0x40000, 0x400000, 0xFFFFFFFE):
                    self.assertEqual(self.answer(machine, personality, value | extra), EPERM)

    def test_a_call_costs_a_dozen_instructions_at_most(self):
        for machine, program in self.programs.items():
            checked = {check[0][list(ARCH).index(machine)] for check in seccomp.CHECKED.values()}
            for number in set(range(470)) - checked:
                path = []
                interpret(program, number, ARCH[machine], path=path)
                self.assertLessEqual(len(path), 12, (machine, number))


TRY_CALLS = """
import ctypes, json, sys
libc = ctypes.CDLL(None, use_errno=True)
answers = {}
for name, arguments in json.load(sys.stdin).items():
    ctypes.set_errno(0)
    result = libc.syscall(*[ctypes.c_long(argument) for argument in arguments])
    answers[name] = ctypes.get_errno() if result == -1 else 0
print(json.dumps(answers))
"""


# Installs the filter that lies in a descriptor, and becomes a program.
FILTERED = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]
code = os.pread(int(sys.argv[1]), 1 << 20, 0)
if code:
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.byref(Program(len(code) // 8, code)), 0, 0) == 0
os.chdir(sys.argv[2])
os.execvp(sys.argv[3], sys.argv[3:])
"""
# Namespaces of its own, so that even a call that got through would change nothing outside.
APART = ["unshare", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
APART += ["--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]


def can_be_apart() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*APART, "true"], capture_output=True, check=False).returncode == 0


@unittest.skipUnless(can_be_apart(), "needs the right to make namespaces")
@unittest.skipUnless(os.uname().machine in ARCH, "needs a machine that the filter knows")
class InForce(unittest.TestCase):
    column = {"x86_64": 0, "aarch64": 1}.get(os.uname().machine, 0)

    def run_filtered(self, argv, stdin="", filtered=True):
        with tempfile.TemporaryFile() as file, tempfile.TemporaryDirectory() as folder:
            file.write(seccomp.filter_program() if filtered else b"")
            file.flush()
            start = [sys.executable, "-I", "-c", FILTERED, str(file.fileno()), folder]
            return subprocess.run(
                [*APART, *start, *argv],
                input=stdin,
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
                pass_fds=[file.fileno()],
            )

    def try_calls(self, calls, filtered=True):
        done = self.run_filtered([sys.executable, "-I", "-c", TRY_CALLS], json.dumps(calls), filtered)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_every_refused_call_fails_with_eperm(self):
        calls = {
            name: [numbers[self.column], -1, -1, -1, -1, -1, -1]
            for name, numbers in seccomp.REFUSED.items()
            if numbers[self.column] is not None
        }
        expected = {name: 1 if numbers[0] <= seccomp.NEWEST else 38 for name, numbers in calls.items()}
        self.assertEqual(self.try_calls(calls), expected)

    def test_calls_that_succeed_or_fail_otherwise_without_the_filter_are_the_filters_to_refuse(self):
        calls = {
            # With impossible arguments the kernel itself answers EINVAL, EBADF, EFAULT or ENOSYS, never EPERM.
            name: [seccomp.REFUSED[name][self.column], -1, -1, -1, -1, -1]
            for name in ("kcmp", "keyctl", "io_uring_setup", "name_to_handle_at", "process_madvise", "fsconfig")
        }
        calls["clone"] = [seccomp.CHECKED["clone"][0][self.column], 0x20000 | 0x200]
        calls["ioctl"] = [seccomp.CHECKED["ioctl"][0][self.column], 0, 0x5412, 0]
        calls["personality"] = [seccomp.CHECKED["personality"][0][self.column], 0x40000]
        bare = self.try_calls(calls, filtered=False)
        self.assertNotIn(1, bare.values(), bare)
        expected = {name: 1 if numbers[0] <= seccomp.NEWEST else 38 for name, numbers in calls.items()}
        self.assertEqual(self.try_calls(calls), expected)

    def test_clone3_and_future_calls_are_absent(self):
        answers = self.try_calls({"clone3": [435, 0, 0], "future": [470, 0, 0], "farther": [4000, 0]})
        self.assertEqual(answers, {"clone3": 38, "future": 38, "farther": 38})

    def test_an_allowed_call_goes_through(self):
        getpid = {"x86_64": 39, "aarch64": 172}[os.uname().machine]
        self.assertEqual(self.try_calls({"getpid": [getpid]}), {"getpid": 0})

    def test_everyday_programs_work(self):
        script = """
            set -e
            mkdir tree && cd tree && git init -q . && seq 1000 | sort -n -r > numbers
            git add . && git -c user.name=a -c user.email=b commit -qm first && git status --short
            tar cf ../tree.tar . && mkdir ../copy && tar xf ../tree.tar -C ../copy
            mkfifo pipe && (head -1 numbers > pipe &) && cat pipe
            python3 -c 'import subprocess, threading
thread = threading.Thread(target=lambda: print(subprocess.check_output(["tail", "-1", "numbers"], text=True), end=""))
thread.start()
thread.join()'
            cmp numbers ../copy/numbers && find . -name numbers | xargs wc -l && sleep 0 & wait $!
        """
        done = self.run_filtered(["bash", "-c", script])
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.split(), ["1000", "1", "1000", "./numbers"])

    def test_namespaces_are_out_of_reach_of_unshare(self):
        for flag in ("--mount", "--user", "--pid", "--net", "--uts", "--ipc", "--cgroup"):
            done = self.run_filtered(["unshare", flag, "true"])
            self.assertNotEqual(done.returncode, 0, flag)
            self.assertIn("Operation not permitted", done.stderr)


if __name__ == "__main__":
    unittest.main()
