import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDERS = ['protocol', 'clients', 'docker', 'environments', 'server'] as const;
type Folder = (typeof FOLDERS)[number];
/** Programs for those who work on the project, which may import anything. */
const PROGRAMS = ['bench', 'test', 'tools'];

/** Where the server puts its parts together: the only file of it that may name `docker/`. */
const COMPOSITION_ROOT = /^server\/main\.ts$/;
/** The command line calls every layer; the other clients know the protocol alone. */
const COMMAND_LINE = /^clients\/cli\//;
const LAYER = /^(docker|environments|server)\//;
/** Files of the folders of tasks, which are data whatever they are called. */
const TASK_DATA = /^environments\/[^/]+\/tasks\/[^/]+\//;
/** What the folders above `docker/` may use of it: the port of sandboxes, and the form of images. */
const SANDBOX_PORT = /^docker\/(sandbox|errors|image-definition)\.ts$/;
/** The one helper that is no part of the port: the folders above wait with the deadlines that the engines use. */
const DEADLINE = 'docker/deadline.ts';
/** The one program that a folder may import: `stepwell bench` loads the benchmark, which only a clone has. */
const BENCHMARK = { from: 'clients/cli/bench.ts', target: 'bench/main.ts' };

/** Loads an engine only when it is asked for. */
const NAMES_OF_ENGINES = 'docker/engines/table.ts';

interface Import {
  readonly from: string;
  readonly specifier: string;
  /** Path from the repository's root, or `null` for a package. */
  readonly target: string | null;
}

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(tsx?|js|mjs)$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .filter((file) => !TASK_DATA.test(file));
}

function imports(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = text.matchAll(
    /(?:^|\s)(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/gm,
  );
  // `import(PLACE.href)` with `PLACE = new URL('…', import.meta.url)`.
  const places = [...text.matchAll(/\bimport\s*\(\s*(\w+)\.href\s*\)/g)].map(([, name]) => {
    const place = new RegExp(`\\b${name}\\s*=\\s*new URL\\(\\s*['"]([^'"]+)['"]`).exec(text)?.[1];
    if (place === undefined) throw new Error(`${file}: the place of ${name} is not written in this file`);
    return place;
  });
  return [...[...found].map((match) => match[1] ?? match[2] ?? ''), ...places].map((specifier) => {
    const target = specifier.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), specifier)) : null;
    return { from: file, specifier, target };
  });
}

function isBenchmark({ from, target }: Import): boolean {
  return from === BENCHMARK.from && target === BENCHMARK.target;
}

/** Whether a folder may import a file of another one, or a package. */
const ALLOWED: Record<Folder, (item: Import) => boolean> = {
  protocol: ({ target, specifier }) =>
    target === null ? specifier === 'zod' : target.startsWith('protocol/'),
  clients: (item) =>
    item.target === null ||
    /^(clients|protocol)\//.test(item.target) ||
    item.target === 'package.json' ||
    (LAYER.test(item.target) && COMMAND_LINE.test(item.from)) ||
    isBenchmark(item),
  docker: ({ target }) => target === null || target.startsWith('docker/'),
  environments: ({ target }) =>
    target === null ||
    /^(environments|protocol)\//.test(target) ||
    SANDBOX_PORT.test(target) ||
    target === DEADLINE,
  server: ({ target, from }) =>
    target === null ||
    /^(server|environments|protocol)\//.test(target) ||
    SANDBOX_PORT.test(target) ||
    target === DEADLINE ||
    target === NAMES_OF_ENGINES ||
    (target.startsWith('docker/') && COMPOSITION_ROOT.test(from)),
};

/** The files of a folder that are in no room. */
const TOP = 'top';
/** What each room of a folder may import of that folder, beside itself: rooms that are written before it. */
const ROOMS: Readonly<Record<'docker' | 'server', Readonly<Record<string, readonly string[]>>>> = {
  docker: {
    top: [],
    link: [TOP],
    images: [TOP],
    pool: [TOP, 'link'],
    engines: [TOP, 'link', 'images'],
  },
  server: {
    json: [],
    config: [],
    memory: ['config'],
    trajectory: ['json', 'config'],
    store: ['trajectory'],
    episode: ['json', 'memory', 'trajectory'],
    resume: ['memory', 'trajectory', 'episode'],
    registry: ['memory', 'trajectory', 'episode', 'resume'],
    connection: ['json', 'config', 'memory'],
    watch: [],
    page: [],
    workers: ['config', 'registry'],
    v1: ['json', 'config', 'memory', 'store', 'episode', 'registry', 'connection', 'watch', 'workers'],
    fronts: ['episode', 'registry'],
    mcp: ['json', 'config', 'memory', 'registry', 'connection', 'fronts'],
    openenv: ['json', 'config', 'memory', 'episode', 'registry', 'connection', 'fronts'],
    ors: ['json', 'config', 'memory', 'registry', 'connection', 'fronts'],
    top: [
      ...['config', 'memory', 'trajectory', 'store', 'resume', 'registry', 'connection'],
      ...['watch', 'page', 'workers', 'v1', 'mcp', 'openenv', 'ors'],
    ],
  },
};

/** The room that a file is in, by its path inside its folder. */
function roomOf(path: string): string {
  return /^(\w+)\//.exec(path)?.[1] ?? TOP;
}

describe('the dependency table', () => {
  for (const folder of FOLDERS) {
    it(`${folder}/ imports only what it may`, () => {
      const all = sources(folder).flatMap(imports);
      expect(all.length).toBeGreaterThan(0);
      const wrong = all
        .filter((item) => !ALLOWED[folder](item))
        .map((item) => `${item.from} → ${item.specifier}`);
      expect(wrong).toEqual([]);
    });
  }

  it.each(Object.entries(ROOMS))('of the rooms of %s/ leads one way', (folder, rooms) => {
    const before: string[] = [];
    for (const [room, others] of Object.entries(rooms)) {
      expect(before, room).toEqual(expect.arrayContaining([...others]));
      before.push(room);
    }
    const wrong = sources(folder)
      .flatMap(imports)
      .filter(({ target }) => target?.startsWith(`${folder}/`))
      .filter(({ from, target }) => {
        const [room, other] = [from, target ?? ''].map((path) => roomOf(path.slice(folder.length + 1)));
        return room === undefined || other === undefined || (other !== room && !rooms[room]?.includes(other));
      })
      .map((item) => `${item.from} → ${item.specifier}`);
    expect(wrong).toEqual([]);
  });

  it('lets no engine know another one', () => {
    const engineOf = (file: string | null) => /^docker\/engines\/(\w+)\//.exec(file ?? '')?.[1];
    const wrong = sources('docker/engines')
      .flatMap(imports)
      .filter(({ from, target }) => engineOf(from) !== undefined && engineOf(target) !== undefined)
      .filter(({ from, target }) => engineOf(from) !== engineOf(target));
    expect(wrong).toEqual([]);
  });

  it(`lets nothing import ${PROGRAMS.map((folder) => `${folder}/`).join(', ')}, but the command of the benchmark`, () => {
    const found = FOLDERS.flatMap(sources)
      .flatMap(imports)
      .filter(({ target }) => PROGRAMS.some((folder) => target?.startsWith(`${folder}/`)))
      .map(({ from, target }) => ({ from, target }));
    expect(found).toEqual([BENCHMARK]);
  });

  it('has no circles', () => {
    const targets = new Map(
      [...FOLDERS, ...PROGRAMS]
        .flatMap(sources)
        .map((file) => [file, imports(file).map(({ target }) => target)]),
    );
    // What imports nothing but what is gone goes, round by round; what stays is in a circle or above one.
    for (let size = 0; size !== targets.size; ) {
      size = targets.size;
      for (const [file, all] of targets) {
        if (!all.some((target) => target !== null && targets.has(target))) targets.delete(file);
      }
    }
    expect([...targets.keys()]).toEqual([]);
  });

  it('lets only the command line read arguments', () => {
    const others = FOLDERS.flatMap(sources).filter((file) => !COMMAND_LINE.test(file));
    const parsers = others.flatMap(imports).filter(({ specifier }) => specifier === 'commander');
    expect(parsers.map(({ from }) => from)).toEqual([]);
  });

  it('has no catch-all folders and no barrel files', () => {
    const files = [...FOLDERS, ...PROGRAMS].flatMap(sources);
    expect(files.filter((file) => /(^|\/)(utils?|common|shared|lib|helpers)\//.test(file))).toEqual([]);
    expect(files.filter((file) => /(^|\/)index\.(ts|js)$/.test(file))).toEqual([]);
  });
});
