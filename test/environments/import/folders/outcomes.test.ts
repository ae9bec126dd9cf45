import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { absentPrograms, itUnless } from '../../../requirements.ts';
import { datasetFolders } from '../../dataset-folders.ts';

const OUTCOMES = fileURLToPath(
  new URL('../../../../environments/import/folders/swe-bench/outcomes.py', import.meta.url),
);
/** Stands for pytest: tells its plugin the reports of a run, as pytest does, and keeps its arguments. */
const PYTEST = `
class Report:
    def __init__(self, nodeid, when, outcome, **more):
        self.nodeid, self.when = nodeid, when
        self.passed, self.failed, self.skipped = (outcome == name for name in ("passed", "failed", "skipped"))
        vars(self).update(more)

def main(arguments, plugins):
    open("arguments", "w").write(" ".join(arguments))
    for nodeid, outcomes, more in [
        ("t.py::ok", ["passed", "passed", "passed"], {}),
        ("t.py::wrong", ["passed", "failed", "passed"], {}),
        ("t.py::setup", ["failed", None, "passed"], {}),
        ("t.py::teardown", ["passed", "passed", "failed"], {}),
        ("t.py::skip", ["skipped", None, "passed"], {}),
        ("t.py::xfail", ["passed", "skipped", "passed"], {"wasxfail": "known"}),
        ("t.py::ok[a b]", ["passed", "passed", "passed"], {}),
    ]:
        for when, outcome in zip(["setup", "call", "teardown"], outcomes):
            if outcome is not None:
                plugins[0].pytest_runtest_logreport(Report(nodeid, when, outcome, **more))
`;

const folders = datasetFolders();
const noPython = absentPrograms(['python3']).length > 0 ? 'no python3' : null;

itUnless(
  noPython,
  'pytest runs the files of the tests that are there, and the tests that passed count',
  async () => {
    await folders.write({
      'pytest.py': PYTEST,
      't.py': '',
      names: 't.py::ok\nt.py::ok[a b]\ngone.py::x\n\n',
    });
    const cwd = folders.path('.');
    execFileSync('python3', [OUTCOMES, 'passed', 'names'], { cwd });
    expect(await readFile(folders.path('passed'), 'utf8')).toBe('t.py::ok\nt.py::xfail\nt.py::ok[a b]\n');
    expect(await readFile(folders.path('arguments'), 'utf8')).toBe('-q -p no:cacheprovider -- t.py');
  },
);
