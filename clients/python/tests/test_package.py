"""The package as it is installed, and its types."""

import inspect
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import stepwell
from stepwell.errors import REMOTE_ERRORS, UnansweredError

PACKAGE = Path(__file__).resolve().parents[1]
PROTOCOL = PACKAGE.parents[1] / "protocol"


def run(*command, cwd=PACKAGE, **environment):
    env = {**os.environ, **environment}
    out = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    done = subprocess.run([sys.executable, *command], check=False, cwd=cwd, env=env, **out)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(PACKAGE))
    return next(folder.glob("stepwell-*.whl"))


def test_the_wheel_has_every_module_and_its_types(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith(("stepwell/", "stepwell_verifiers/"))}
        metadata = archive.read(f"stepwell-{stepwell.__version__}.dist-info/METADATA").decode()
    sources = {str(path.relative_to(PACKAGE)) for path in PACKAGE.glob("stepwell*/**/*.py")}
    assert packed == sources | {"stepwell/py.typed"}
    needed = re.findall(r"^Requires-Dist: (.*)$", metadata, re.MULTILINE)
    assert [name for name in needed if "extra ==" not in name] == ["websockets>=15"]
    assert "Requires-Python: >=3.10" in metadata


def test_the_wheel_is_installed_and_imported(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    path = os.pathsep.join([str(tmp_path), *(one for one in sys.path if one and not one.startswith(str(PACKAGE)))])
    program = "import stepwell, stepwell.intercode; print(stepwell.__file__)"
    assert run("-c", program, cwd=tmp_path, PYTHONPATH=path).startswith(str(tmp_path))


def test_the_import_needs_no_extra():
    heavy = "{'gymnasium', 'inspect_ai', 'numpy', 'pandas', 'torch', 'transformers', 'trl', 'verifiers'}"
    imports = "stepwell, stepwell.inspect, stepwell.intercode, stepwell.trl, stepwell.verifiers"
    program = f"import sys, {imports}; print({heavy} & set(sys.modules))"
    assert run("-c", program) == "set()\n"


def test_types(tmp_path):
    run("-m", "mypy", "--cache-dir", str(tmp_path))


def test_there_is_a_class_for_each_error_of_the_protocol():
    text = (PROTOCOL / "errors.ts").read_text()
    table = re.findall(r"^  (\w+): \{\s+code: (-\d+),.*?retryable: (true|false)", text, re.MULTILINE | re.DOTALL)
    ours = {kind.code: (number, kind.retryable) for number, kind in REMOTE_ERRORS.items()}
    assert ours == {name: (int(number), retryable == "true") for name, number, retryable in table}


def test_the_typescript_client_exports_the_same_errors_of_the_protocol():
    text = (PACKAGE.parent / "typescript" / "public.ts").read_text()
    [exported] = re.findall(r"export \{([^}]*)\} from './errors.ts'", text)
    ours = {kind.__name__ for kind in (stepwell.StepwellError, stepwell.RemoteError, *REMOTE_ERRORS.values())}
    assert set(re.findall(r"\b\w+Error\b", exported)) == ours


@pytest.mark.parametrize(
    ("plain", "asynchronous"), [(stepwell.Client, stepwell.AsyncClient), (stepwell.Episode, stepwell.AsyncEpisode)]
)
def test_both_forms_of_a_class_take_the_same(plain, asynchronous):
    def parameters(kind, name):
        return [str(one.replace(annotation=one.empty)) for one in inspect.signature(getattr(kind, name)).parameters.values()]

    shared = [name for name in vars(asynchronous) if not name.startswith("_") and callable(getattr(plain, name, None))]
    assert len(shared) >= 8
    for name in shared + (["__init__"] if plain is stepwell.Client else []):
        assert parameters(plain, name) == parameters(asynchronous, name), name


def test_versions_are_those_of_the_project():
    text = (PROTOCOL / "version.ts").read_text()
    from stepwell.version import PROTOCOL_VERSION

    assert f"PROTOCOL_VERSION = {PROTOCOL_VERSION};" in text
    assert f"STEPWELL_VERSION = '{stepwell.__version__}'" in text
    assert json.loads((PROTOCOL.parent / "package.json").read_text())["version"] == stepwell.__version__


def test_every_error_is_exported():
    def below(kind):
        return {kind, *(found for each in kind.__subclasses__() for found in below(each))}

    named = {kind.__name__ for kind in below(stepwell.StepwellError)}
    assert named <= set(stepwell.__all__) and UnansweredError.__name__ in stepwell.__all__
