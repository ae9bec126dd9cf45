import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { checked, DatasetError, fieldName, type PlaceOf, parsedToml } from './dataset-error.ts';
import { lineInToml } from './line-of-path.ts';
import { nearestKey } from './nearest-key.ts';
import { type FoundField, type FoundRecord, LIST_ENDS, listIn } from './record-list.ts';
import { refuseHarborOnly, TaskToml } from './task-toml.ts';
import { TREE, treeField } from './task-tree.ts';

/** Which files of a task's folder give which fields of its record. */
export interface TaskFolderLayout {
  /** Field → the file that is its text. */
  readonly texts: Readonly<Record<string, string>>;
  /** Field → the folder whose files are its texts, in the order of their names. */
  readonly folders: Readonly<Record<string, string>>;
  /** Field → the file of its list of records, without the extension. */
  readonly lists?: Readonly<Record<string, string>>;
  /**
   * Reads a task's folder, for a format of its own; the fields above are then not used.
   * @param names in the folder
   * @throws {DatasetError}
   */
  readonly read?: (folder: string, names: readonly string[]) => FoundRecord;
}

const CONFIG = 'task.toml';
const INSTRUCTION = 'instruction.md';
/** Files of Harbor's harness, which only `terminal-v1` reads. */
const HARBOR_ONLY = ['tests/test.sh', 'environment/Dockerfile', 'environment/docker-compose.yaml', 'steps'];
const NOT_DATA = /^(\.|__pycache__$)/;

/** Compares names: by their leading number, if any, then by their characters. */
function inOrder(one: string, other: string): number {
  const [first, second] = [one, other].map((name) => Number.parseInt(name, 10));
  if (first !== second && first !== undefined && second !== undefined && first >= 0 && second >= 0)
    return first - second;
  return one < other ? -1 : 1;
}

/** Names in a folder, `1.sh` before `10.sh`; none if the folder does not exist. */
export function namesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => !NOT_DATA.test(name));
    return names.sort(inOrder);
  } catch {
    return [];
  }
}

/** Whether a folder with these names in it is a task, even if a required file is missing. */
export function isTaskFolder(names: readonly string[]): boolean {
  return [CONFIG, INSTRUCTION, 'solution'].some((name) => names.includes(name));
}

/** Whether a folder with these names in it is one task, and not a dataset of several. */
export function isOneTask(names: readonly string[]): boolean {
  return names.includes(CONFIG) || names.includes(INSTRUCTION);
}

/** Whether only `terminal-v1` plays a folder: a task of Harbor's harness, or a folder of such tasks. */
export function isHarborFolder(folder: string): boolean {
  const names = namesIn(folder);
  const tasks = isOneTask(names) ? [folder] : names.map((name) => join(folder, name));
  return tasks.some((task) => {
    const inside = insideOf(task, namesIn(task));
    return isOneTask(namesIn(task)) && harborFile(namesIn(task), inside) !== undefined;
  });
}

/** A file of Harbor's harness in a task's folder. */
function harborFile(names: readonly string[], inside: Inside): string | undefined {
  return HARBOR_ONLY.find((name) => {
    const [top = '', file] = name.split('/');
    return names.includes(top) && (file === undefined || inside(top).includes(file));
  });
}

/** A file as a text of a record: only Python sources keep the final newline. */
function textOf(file: string): string {
  const text = readFileSync(file, 'utf8');
  return file.endsWith('.py') || !text.endsWith('\n') ? text : text.slice(0, -1);
}

/** The fields that `task.toml` gives. @throws {DatasetError} */
function configFields(file: string): FoundField[] {
  const text = readFileSync(file, 'utf8');
  const below =
    (...prefix: string[]): PlaceOf =>
    (path) => ({ file, line: lineInToml(text, [...prefix, ...path]), field: fieldName(path) });
  const { task, environment, stepwell, ...others } = checked(TaskToml, parsedToml(text, file), below());
  refuseHarborOnly({ ...others, environment }, text, file);
  const named = [
    { field: 'tags', value: task?.keywords, place: () => below('task')(['keywords']) },
    { field: 'cwd', value: environment?.workdir, place: () => below('environment')(['workdir']) },
  ];
  const own = Object.entries(stepwell ?? {}).map(([field, value]) => ({
    field,
    value,
    place: below('stepwell'),
  }));
  return [...named.filter(({ value }) => value !== undefined), ...own];
}

/** The names in a subfolder of a task's folder, read once; none if it does not exist. */
type Inside = (name: string) => readonly string[];

function insideOf(folder: string, names: readonly string[]): Inside {
  const known = new Map<string, readonly string[]>();
  return (name) => {
    const inside = known.get(name) ?? (names.includes(name) ? namesIn(join(folder, name)) : []);
    known.set(name, inside);
    return inside;
  };
}

/** The fields that have their own files. */
function fileFields(
  folder: string,
  names: readonly string[],
  inside: Inside,
  layout: TaskFolderLayout,
): FoundField[] {
  const fields: FoundField[] = [];
  const add = (field: string, value: unknown, name: string) =>
    fields.push({ field, value, place: (path) => ({ file: join(folder, name), field: fieldName(path) }) });

  if (names.includes(INSTRUCTION)) add('instruction', textOf(join(folder, INSTRUCTION)), INSTRUCTION);
  for (const [field, name] of Object.entries(layout.texts)) {
    const [top = '', file = ''] = name.split('/');
    if (inside(top).includes(file)) add(field, textOf(join(folder, name)), name);
  }
  for (const [field, name] of Object.entries(layout.folders)) {
    const texts = inside(name).map((file) => textOf(join(folder, name, file)));
    if (texts.length > 0) add(field, texts, name);
  }
  for (const [field, name] of Object.entries(layout.lists ?? {})) {
    const [top = '', stem = ''] = name.split('/');
    const list = listIn(join(folder, top), inside(top), stem);
    if (list === null) continue;
    fields.push({
      field,
      value: list.records.map(({ value }) => value),
      place: ([, index, ...rest]) => list.records[Number(index)]?.place(rest) ?? { file: list.file, field },
    });
  }
  return fields;
}

/** Known names at the top of a task's folder, and in its subfolders. */
function knownNames({
  texts,
  folders,
  lists = {},
}: TaskFolderLayout): ReadonlyMap<string, readonly string[]> {
  const ended = Object.values(lists).flatMap((name) => LIST_ENDS.map((end) => `${name}${end}`));
  const paths = [TREE, ...Object.values(texts), ...ended].map((path) => path.split('/'));
  const known = new Map<string, string[]>();
  for (const [top = '', name = ''] of paths) known.set(top, [...(known.get(top) ?? []), name]);
  return known.set('', [CONFIG, INSTRUCTION, 'README.md', ...known.keys(), ...Object.values(folders)]);
}

/** @throws {DatasetError} for a name that is unknown in a task's folder, or that only `terminal-v1` reads */
function refuseOtherNames(
  folder: string,
  names: readonly string[],
  inside: Inside,
  layout: TaskFolderLayout,
): void {
  const harbors = harborFile(names, inside);
  if (harbors !== undefined) {
    throw new DatasetError(
      { file: join(folder, harbors) },
      'only terminal-v1 plays tasks of the Harbor harness: `--dataset terminal-v1:name=folder`',
    );
  }
  for (const [top, known] of knownNames(layout)) {
    refuseUnknownNames(join(folder, top), top === '' ? names : inside(top), known);
  }
}

/** @throws {DatasetError} for a name that is not among the known ones, with the nearest of these */
export function refuseUnknownNames(folder: string, names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const nearest = nearestKey(unknown, known);
  const remedy = nearest === null ? `known names are ${known.join(', ')}` : `did you mean ${nearest}?`;
  throw new DatasetError({ file: folder }, `unknown file ${JSON.stringify(unknown)}; ${remedy}`);
}

/**
 * The record of a task from its folder: `instruction.md`, `task.toml`, and the files of the layout. Its id is the folder's name.
 * @param names in the folder
 * @throws {DatasetError} for a file that cannot be read, an unknown name, or a field that is set twice
 */
export function readTaskFolder(
  folder: string,
  names: readonly string[],
  layout: TaskFolderLayout,
): FoundRecord {
  const inside = insideOf(folder, names);
  refuseOtherNames(folder, names, inside, layout);
  const configured = names.includes(CONFIG) ? configFields(join(folder, CONFIG)) : [];
  const hasTree = inside('environment').includes('files');
  const listed = hasTree ? configured.find(({ field }) => field === 'files') : undefined;
  const fields = [
    { field: 'id', value: basename(folder), place: () => ({ file: folder, field: 'id' }) },
    ...configured.filter((one) => one !== listed),
    ...(hasTree ? [treeField(folder, listed)] : []),
    ...fileFields(folder, names, inside, layout),
  ];
  const known = new Map<string, FoundField>();
  for (const found of fields) {
    const first = known.get(found.field)?.place([found.field]);
    if (first !== undefined) {
      throw new DatasetError(found.place([found.field]), `${found.field} is already set in ${first.file}`);
    }
    known.set(found.field, found);
  }
  return {
    value: Object.fromEntries(fields.map(({ field, value }) => [field, value])),
    place: (path) => {
      const field = String(path[0] ?? '');
      const { texts, folders, lists } = layout;
      // The place of a missing field is the file where it belongs.
      const home = field === 'instruction' ? INSTRUCTION : (texts[field] ?? folders[field] ?? lists?.[field]);
      const place = { file: join(folder, home ?? CONFIG), field: fieldName(path) };
      return known.get(field)?.place(path) ?? place;
    },
  };
}
