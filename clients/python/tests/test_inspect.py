"""Commands and files by steps, as Inspect wants them. `by_hand/real_inspect.py` plays with Inspect itself."""

import pytest

import stepwell
from stepwell.inspect import shell


@pytest.fixture(scope="module")
def session(server):
    with stepwell.Client(server.url) as client, client.reset("bash-v1", task=0, max_output_bytes=16_777_216) as episode:
        yield episode


def run(session, command, stdin=None, **options):
    code = shell.exec_code(command, encoded_input=stdin is not None, **options)
    action = {"code": code} if stdin is None else {"code": code, "stdin": shell.encoded(stdin)}
    return shell.ran(session.step(action).output)


def test_streams_come_apart(session):
    done = run(session, ["sh", "-c", "printf 'o\\303\\050'; printf 'e\\n\\n' >&2; printf 'p\\n'; exit 70"])
    assert (done.status, done.stdout, done.stderr) == (70, b"o\xc3(p\n", b"e\n\n")


@pytest.mark.parametrize("word", ["it's", "a  b", "$HOME", "`id`", "\\", "*", "ü\n", "-n", ""])
def test_words_arrive_as_they_are(session, word):
    assert run(session, ["printf", "[%s]", word]).stdout == f"[{word}]".encode()


def test_input_arrives_as_it_is(session):
    assert run(session, ["cat"], b"\x00\xff\xc3($HOME `id`\n").stdout == b"\x00\xff\xc3($HOME `id`\n"
    assert run(session, ["cat"], b"").stdout == b""
    assert run(session, ["cat"]).stdout == b""
    assert run(session, ["sh", "-c", "cat >/dev/null; exit 3"], b"x").status == 3


def test_folder_and_variables(session):
    done = run(session, ["sh", "-c", 'pwd; echo "$A-$B"'], cwd="/tmp", env={"A": "it's", "B": "x y"})
    assert done.stdout == b"/tmp\nit's-x y\n"
    missing = run(session, ["pwd"], cwd="/nowhere")
    assert missing.status == 1 and b"/nowhere" in missing.stderr
    with pytest.raises(ValueError, match="cannot be the name of a variable"):
        shell.exec_code(["id"], env={"A; id": "x"})


def test_users(session):
    assert run(session, ["id", "-un"], user="nobody").stdout == b"nobody\n"
    done = run(session, ["sh", "-c", "cat; exit 4"], b"in", user="nobody", cwd="/tmp")
    assert (done.status, done.stdout) == (4, b"in")
    assert run(session, ["sh", "-c", "id -G; echo $HOME"], user="nobody").stdout == b"65534\n/nonexistent\n"
    with pytest.raises(ValueError, match="cannot be the name of a user"):
        shell.exec_code(["id"], user="a; id")
    missing = run(session, ["id"], user="nonexistent")
    assert missing.status != 0 and b"nonexistent" in missing.stderr


def test_nothing_is_left_in_the_session(session):
    before = session.step("pwd; set | grep -v -E '^(_|BASH_|LINENO|PIPESTATUS|RANDOM|SECONDS|EPOCH|SRANDOM)'").output
    run(session, ["sh", "-c", "exit 1"], cwd="/tmp", env={"A": "1"})
    after = session.step("pwd; set | grep -v -E '^(_|BASH_|LINENO|PIPESTATUS|RANDOM|SECONDS|EPOCH|SRANDOM)'").output
    assert before == after


def test_programs_that_cannot_run(session):
    assert run(session, ["no-such-program"]).status == 127
    assert run(session, ["/etc/passwd"]).status == 126
    assert run(session, ["cd", "/"]).status == 127


def test_programs_of_the_agent_do_not_stand_in(session):
    session.step("mkdir /tmp/fake; printf '#!/bin/sh\\necho forged\\n' >/tmp/fake/base64; chmod +x /tmp/fake/base64")
    session.step("PATH=/tmp/fake:$PATH")
    assert run(session, ["echo", "true"]).stdout == b"true\n"
    session.step("PATH=${PATH#*:}; rm -r /tmp/fake")


def test_output_that_was_cut_is_not_taken(session):
    with pytest.raises(shell.Garbled):
        shell.ran("aGk=\n")
    with pytest.raises(shell.Garbled):
        shell.ran("a GVsb\n\n0\n")


def file_step(session, code, stdin=None):
    action = {"code": code} if stdin is None else {"code": code, "stdin": shell.encoded(stdin)}
    return session.step(action)


def test_files(session, monkeypatch):
    monkeypatch.setattr(shell, "CHUNK_BYTES", 5)
    path = "/tmp/files/a b/it's"
    assert file_step(session, shell.size_code(path)).observation["exit_code"] == shell.MISSING
    content = b"\x00one\r\ntwo\xff"
    assert file_step(session, shell.write_code(path, append=False), content[:5]).observation["exit_code"] == 0
    assert file_step(session, shell.write_code(path, append=True), content[5:]).observation["exit_code"] == 0
    assert int(file_step(session, shell.size_code(path)).output) == len(content)
    parts = [shell.decoded(file_step(session, shell.read_code(path, at)).output) for at in range(3)]
    assert parts == [content[:5], content[5:10], content[10:]]
    assert file_step(session, shell.read_code("/tmp/files", 0)).observation["exit_code"] == shell.FOLDER
    assert file_step(session, shell.write_code("/tmp/files", append=False), b"").observation["exit_code"] == shell.FOLDER
    session.step(f"chmod 0 {shell.shlex.quote(path)}")
    assert file_step(session, shell.read_code(path, 0)).observation["exit_code"] == shell.REFUSED
    assert file_step(session, shell.write_code(path, append=False), b"x").observation["exit_code"] == shell.REFUSED
    session.step(f"chmod 600 {shell.shlex.quote(path)}")
    assert file_step(session, shell.remove_code(path)).observation["exit_code"] == 0
    assert file_step(session, shell.size_code(path)).observation["exit_code"] == shell.MISSING
