/** The sandbox port: what an environment may ask of the place where an agent's code runs. */

/** An image as a sandbox sees it; `digest` is stable content identity, e.g. `sha256:…`. */
export interface ImageRef {
  readonly name: string;
  readonly digest: string;
}

/** What runs an action's code: a shell, or a Python interpreter. The image decides. */
export type Session = 'bash' | 'python';

/** An image that an environment or a dataset needs, made from another one. */
export interface ImageDefinition {
  /** Name by which sandboxes are acquired, e.g. `nl2bash-fs1`. */
  readonly name: string;
  /**
   * Name of the image it is made from; `bash`, `python` and `sql` are built in. Its session is this one's too. Or
   * `docker:` and a reference that a Docker engine knows or can pull, whose programs must have Python 3.11 or later, and bash.
   */
  readonly from: string;
  /** What its sessions run. @default that of `from`; a foreign image has `bash` */
  readonly session?: Session;
  /** Path of a tar file on the server, unpacked at `/`. @default nothing */
  readonly tree?: string;
  /** Texts of files by absolute path, written after the tree. @default none */
  readonly files?: Readonly<Record<string, string>>;
  /** Commands of a shell, run once as root when the image is made, after tree and files. @default none */
  readonly script?: string;
  /** Make `/` a git repository with one commit, its system folders ignored. @default false */
  readonly gitAtRoot?: boolean;
  /**
   * Code that the session of every new sandbox runs before it is handed out, e.g. to start a server. Its exit status must
   * be 0. It is no part of what the image is made of.
   * @default none
   */
  readonly prepare?: string;
}

/** What a lease leaves behind, as its holder declares it. */
export type Remains =
  /** Anything: the sandbox is reset before its next lease. */
  | 'used'
  /** The sandbox as it was handed out, session included: the next lease gets it without a reset. */
  | 'pristine'
  /** Nothing but what the grade itself needs: the next grade gets it without a reset, an episode after one. */
  | 'graded';

/** How a sandbox is made pristine: by dropping a layer, or by replacing the whole container. */
export type Isolation = 'layer' | 'replace';

/** What the sandbox is for: grading has a small reserve of its own, so that it never waits for episodes. */
export type Purpose = 'episode' | 'grading';

export interface AcquireOptions {
  /** Name of the image, e.g. `bash` or `nl2bash-fs1`. */
  readonly image: string;
  readonly purpose: Purpose;
  /** Longest wait in the queue, in milliseconds. @default the pool's `queueTimeoutMs` */
  readonly queueTimeoutMs?: number;
  /** Leaves the queue when aborted. */
  readonly signal?: AbortSignal;
}

/** Hands out pristine sandboxes. */
export interface SandboxSource {
  /** @throws {SandboxError} `capacity`, `image_missing`, `start_failed`, `draining` */
  acquire(options: AcquireOptions): Promise<Sandbox>;
}

export interface RunRequest {
  /** Code for the sandbox's persistent session. */
  readonly code: string;
  readonly stdin?: string;
  /** Deadline in milliseconds. */
  readonly timeoutMs: number;
  /** Cut the code when it printed nothing for so long, in milliseconds. @default never */
  readonly idleTimeoutMs?: number;
  /** Bytes of output kept (half from the head, half from the tail). */
  readonly maxOutputBytes: number;
}

export interface RunResult {
  /** Standard output and error merged, raw bytes, head and tail joined where some were dropped. */
  readonly output: Buffer;
  /** 128 + signal for a killed command; `null` where none is known. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** Which deadline ended it. */
  readonly timeout: 'deadline' | 'idle' | null;
  /** Bytes dropped from the middle of the output. */
  readonly truncatedBytes: number;
  /** Offset in `output` where the dropped bytes were; -1 where none were. */
  readonly truncatedAt: number;
  /** SHA-256 in hex of the whole output, dropped bytes included; `null` where none were. */
  readonly sha256: string | null;
  /** Working directory of the session afterwards. */
  readonly cwd: string;
  /** The session's process ended and a new one took its place: variables and functions are gone. */
  readonly sessionRestarted: boolean;
  /** Time in the sandbox, in milliseconds. */
  readonly durationMs: number;
}

export type FileType = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'other';

/**
 * One difference between the layer now and at the last `mark`. No time stamp is looked at, no attribute of the file system
 * itself (`chattr`), and no extended attributes but the user's own, access control lists and capabilities.
 */
export interface LayerChange {
  /** Absolute path; bytes that are no UTF-8 are escaped as U+DC80…U+DCFF, as Python does. */
  readonly path: string;
  /** `mode_changed`: permission bits, owner or group; `attributes_changed`: nothing but extended attributes. */
  readonly kind: 'added' | 'modified' | 'deleted' | 'type_changed' | 'mode_changed' | 'attributes_changed';
  readonly type: FileType;
  /** Permission bits now, or at the mark for a deleted path. */
  readonly mode: number;
  /** Owner now, or at the mark for a deleted path; `null` where the engine does not tell: of sockets in `replace` isolation. */
  readonly uid: number | null;
  /** Group, as `uid`. */
  readonly gid: number | null;
  /** Bytes of a regular file, else 0. */
  readonly size: number;
  /**
   * SHA-256 in hex of a regular file's content or of a link's target; else `null`. Of a file above 64 MiB in `layer`
   * isolation, that of its size and of all that is not zeros: equal for equal contents, too.
   */
  readonly sha256: string | null;
  /** Kind and numbers of a device, e.g. `c 1:3`; else `null`. */
  readonly device: string | null;
  /**
   * A digest of the extended attributes `user.*`, access control lists and capabilities; `null` where there are none, and in
   * `replace` isolation.
   */
  readonly attributes: string | null;
  /**
   * The first path, in the order of the alphabet, of those that are hard links to this file in the layer, if they are several;
   * else `null`, and in `replace` isolation. Links that come or go are no change by themselves.
   */
  readonly link: string | null;
}

/**
 * A bound of a look at an agent's files: names that are looked at, bytes of the reply, processor time of the runner, or
 * `unstable` where folders moved while they were read.
 */
export type Bound = 'files' | 'bytes' | 'time' | 'unstable';

/** What differs, as far as the bounds of a look let it be told. */
export interface LayerDiff {
  /** Sorted by path. */
  readonly changes: readonly LayerChange[];
  /** The bound that kept others from being told; `null` where these are all. */
  readonly exceeded: Bound | null;
}

/** A path whose checksum is asked for, from the agent's root, without a leading slash. */
export interface ChecksumPath {
  readonly path: string;
  /** A folder stands for every file below it, as for `md5deep -r`; else for nothing but being one. */
  readonly recursive: boolean;
}

/** A file that the server places in the sandbox. Parents are made; `path` is absolute. */
export interface FileEntry {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink';
  /** Content of a file. */
  readonly content?: string | Buffer;
  /** Target of a symlink. */
  readonly target?: string;
  /** @default 0o644, 0o755 for directories */
  readonly mode?: number;
  /** Modification time, seconds since 1970. @default now */
  readonly mtime?: number;
}

export interface ListedFile {
  readonly name: string;
  readonly type: FileType;
  readonly mode: number;
  readonly size: number;
  readonly mtime: number;
}

export interface ExecRequest {
  /** Program and arguments. */
  readonly argv: readonly string[];
  /** Absolute path; the program fails to start where it does not exist. */
  readonly cwd: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Deadline in milliseconds; past it the program and what it started are killed. */
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** Wait for those who still hold the output after the program's end, in milliseconds. @default 0 */
  readonly lingerMs?: number;
}

export interface InspectRequest {
  /** Program and arguments, taken from the pristine image. */
  readonly argv: readonly string[];
  /** Working directory below the agent's root, absolute as the agent sees it. @default `/` */
  readonly cwd?: string;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
}

/**
 * One pristine sandbox, held by one episode until `release`. Calls run one after the other.
 * Every method throws `SandboxError`: `died` when the container is gone, `unresponsive` past its own deadline, `runner_fault`
 * for a fault of the runner; `path_not_found`, `path_refused`, `file_too_large` for files; `not_supported` for `inspect` and
 * `checksums` in `replace` isolation; `exhausted` where the agent's own doing leaves nothing to work with: its processes no
 * room for another one, its files no session to start again.
 */
export interface Sandbox extends AsyncDisposable {
  /** Container id or the local process's name, for logs. */
  readonly id: string;
  readonly image: ImageRef;
  /** Name of the engine that runs it, e.g. `docker`. */
  readonly engine: string;
  readonly isolation: Isolation;
  /** Run code in the persistent session. */
  run(request: RunRequest): Promise<RunResult>;
  /** Run a fresh program beside the session, in the same namespaces but none of its children, with no standard input. */
  exec(request: ExecRequest): Promise<RunResult>;
  putFiles(entries: readonly FileEntry[]): Promise<void>;
  /** @param maxBytes refuse larger files @default 16 MiB */
  getFile(path: string, maxBytes?: number): Promise<Buffer>;
  listFiles(path: string): Promise<ListedFile[]>;
  /** Make the present state the one that `diff` compares with. */
  mark(): Promise<void>;
  /**
   * Differences since the last `mark` (or since the layer began), seen from outside the agent's reach. A deleted folder is
   * told file by file in `layer` isolation; in `replace`, what was the image's in it is told by the folder alone. Whatever
   * the agent left, it is an answer of bounded size in bounded time.
   */
  diff(): Promise<LayerDiff>;
  /**
   * A digest for each path of what `md5sum` or `md5deep -r` would print, but for the order: contents, missing files, links
   * in a circle; links lead where the agent's root has them. `null` from the path on that exceeds a bound. Only in `layer`
   * isolation.
   */
  checksums(paths: readonly ChecksumPath[]): Promise<readonly (string | null)[]>;
  /**
   * Run a program of the pristine image with the agent's files, read-only, as its working directory.
   * The agent's processes and programs take no part, nor does the configuration of a git repository at `/`.
   */
  inspect(request: InspectRequest): Promise<RunResult>;
  /** `stop` halts every process of the agent, `resume` lets them go on, `kill` ends them all, the session included. */
  quiesce(mode: 'stop' | 'resume' | 'kill'): Promise<void>;
  /**
   * Give the sandbox back; it is made pristine or thrown away, unless it is so already. Never throws; a second call does
   * nothing. @default used
   */
  release(remains?: Remains): Promise<void>;
}
