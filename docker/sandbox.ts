/** The sandbox port: the interface to the place where an agent's code runs. */

/** An image. `digest` identifies its content, e.g. `sha256:…`. */
export interface ImageRef {
  readonly name: string;
  readonly digest: string;
}

/** An image of the image store, which a sandbox takes at its reset instead of its container's own. */
export interface StoredImage {
  /** For people; it does not tell images apart. */
  readonly name: string;
  /** Folders of the store, lowest first: 1 to 256, each a plain name, or two with a `/` between them. */
  readonly layers: readonly string[];
  /** Variables of its sessions, over the runner's own. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** Where its session begins, absolute; it must be a folder of the image. @default `/` */
  readonly workdir?: string;
  /** User that it is meant for, as in `ExecRequest`. Sessions begin as root: see `Sandbox.become`. @default root */
  readonly user?: string;
}

/** What a lease leaves behind, as its holder declares it. */
export type Remains =
  /** Anything: the sandbox is reset before its next lease. */
  | 'used'
  /** The sandbox as it was handed out, session included: the next lease gets it without a reset. */
  | 'pristine'
  /** Nothing but what the grade itself needs: the next grade gets it without a reset, an episode after one. */
  | 'graded';

/** Where the programs of a sandbox come from: its image, or the machine that it runs on. */
export type Programs = 'image' | 'machine';

/** How a sandbox is reset: `layer` drops the layer, `replace` replaces the whole container. */
export type Isolation = 'layer' | 'replace';

/** What the sandbox is for. Grading has a small reserve of its own, so that it never waits for episodes. */
export type Purpose = 'episode' | 'grading';

/** The place of a waiting request among those that wait for sandboxes of the same image. */
export interface QueuePlace {
  /** 1 is next. */
  readonly position: number;
  /** Estimated from how often such requests got a sandbox lately; `null` if none has yet. */
  readonly expectedWaitMs: number | null;
}

/** How far the build of an image is. */
export interface BuildProgress {
  readonly image: string;
  /** Builds that come before it; 0 once it runs. */
  readonly ahead: number;
  /** The builder's latest line; empty before its first one. */
  readonly line: string;
}

/** How a request waits for its sandbox. */
export interface SandboxWait {
  /** Maximum wait in the queue, in milliseconds; 0 does not wait. @default the pool's `queueTimeoutMs` */
  readonly queueTimeoutMs?: number | undefined;
  /** Aborting it leaves the queue. */
  readonly signal?: AbortSignal | undefined;
  /** Whose request it is, an object by identity or a key: clients take turns. @default one client for all that name none */
  readonly client?: object | string | undefined;
  /** Called at once when the request begins to wait, then at most once a second when its place has changed. */
  readonly onQueued?: ((place: QueuePlace) => void) | undefined;
  /** Called when a wait in the queue ends with a sandbox. */
  readonly onWaited?: ((ms: number) => void) | undefined;
  /** Called while the image is built first, or waits to be, at most once a second. */
  readonly onBuilding?: ((progress: BuildProgress) => void) | undefined;
}

export interface AcquireOptions extends SandboxWait {
  /** Name of the image, e.g. `bash` or `nl2bash-fs1`. */
  readonly image: string;
  /**
   * An image of the store that the sandbox shows instead: any sandbox of `image` can. Needs layers, a Bash session, and a pool
   * with a store. @default `image` itself
   */
  readonly stored?: StoredImage | undefined;
  readonly purpose: Purpose;
  /** What a client's requests take turns by. @default the image */
  readonly environment?: string;
}

/** Hands out pristine sandboxes. */
export interface SandboxSource {
  /**
   * @throws {SandboxError} `capacity`, `image_missing`, `start_failed`, `draining`; `not_supported` if no sandbox can show a stored
   * image, e.g. because it has no shell
   */
  acquire(options: AcquireOptions): Promise<Sandbox>;
}

/**
 * A sandbox whose server was killed, with its session and its files as they are. Calls that its holder has made before are not made
 * again: repeated in the same order they get the results that they had, and any other call is refused (`not_supported`).
 */
export interface TakenSandbox {
  readonly sandbox: Sandbox;
  /**
   * The note of the turn that is left, which was in progress; `null` if every call has been repeated.
   * @throws {SandboxError} `not_supported` if the calls that are left do not begin with a note
   */
  readonly remainder: () => string | null;
}

/** Gives the sandboxes of servers of before to those who go on with their episodes. */
export interface TakeBack {
  /**
   * @returns `undefined` if nothing is known of it
   * @throws {SandboxError} if it has ended or cannot be taken back; it is removed then
   */
  takeBack(reference: string): Promise<TakenSandbox | undefined>;
}

export interface RunRequest {
  /** Code for the sandbox's persistent session. */
  readonly code: string;
  readonly stdin?: string;
  /** Deadline in milliseconds. */
  readonly timeoutMs: number;
  /** End the code if it prints nothing for so long, in milliseconds. @default never */
  readonly idleTimeoutMs?: number;
  /** Bytes of output kept (half from the head, half from the tail). */
  readonly maxOutputBytes: number;
}

export interface RunResult {
  /** Standard output and error merged, as raw bytes; if bytes were dropped, head and tail joined. */
  readonly output: Buffer;
  /** Exit status; 128 + signal for a killed command; `null` if unknown. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** Which deadline ended the code; `null` if none did. */
  readonly timeout: 'deadline' | 'idle' | null;
  /** Bytes dropped from the middle of the output. */
  readonly truncatedBytes: number;
  /** Offset in `output` where the dropped bytes were; -1 if none were dropped. */
  readonly truncatedAt: number;
  /** SHA-256 in hex of the whole output, including dropped bytes; `null` if none were dropped. */
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
 * One difference between the layer now and at the last `mark`. Time stamps and attributes of the file system (`chattr`) are
 * not compared. Of extended attributes, only `user.*`, access control lists and capabilities are.
 */
export interface LayerChange {
  /** Absolute path; bytes that are not UTF-8 are escaped as U+DC80…U+DCFF, as Python does. */
  readonly path: string;
  /** `mode_changed`: permission bits, owner or group; `attributes_changed`: only extended attributes. */
  readonly kind: 'added' | 'modified' | 'deleted' | 'type_changed' | 'mode_changed' | 'attributes_changed';
  readonly type: FileType;
  /** Permission bits now, or at the mark for a deleted path. */
  readonly mode: number;
  /** Owner now, or at the mark for a deleted path; `null` for sockets in `replace` isolation. */
  readonly uid: number | null;
  /** Group; like `uid`. */
  readonly gid: number | null;
  /** Bytes of a regular file, else 0. */
  readonly size: number;
  /**
   * SHA-256 in hex of a regular file's content or of a link's target; else `null`. For a file above 64 MiB in `layer`
   * isolation, the hash covers its size and all blocks that are not zeros; it is also equal for equal contents.
   */
  readonly sha256: string | null;
  /** Kind and numbers of a device, e.g. `c 1:3`; else `null`. */
  readonly device: string | null;
  /**
   * A digest of the extended attributes `user.*`, access control lists and capabilities; `null` if there are none, and in
   * `replace` isolation.
   */
  readonly attributes: string | null;
  /**
   * The alphabetically first path among the hard links to this file in the layer; `null` if it is the only one, and in
   * `replace` isolation. An added or removed link is not a change of the other links.
   */
  readonly link: string | null;
}

/**
 * A bound of a diff or of checksums: number of names, bytes of the reply, or processor time of the runner. `unstable`:
 * folders moved while they were read.
 */
export type Bound = 'files' | 'bytes' | 'time' | 'unstable';

/** Differences, up to the bounds. */
export interface LayerDiff {
  /** Sorted by path. */
  readonly changes: readonly LayerChange[];
  /** The bound that was exceeded, so that differences are missing; `null` if the list is complete. */
  readonly exceeded: Bound | null;
}

/** A path to be summed, relative to the agent's root, without a leading slash. */
export interface ChecksumPath {
  readonly path: string;
  /** Whether a folder stands for every file below it, as in `md5deep -r`; else only for the folder itself. */
  readonly recursive: boolean;
}

/** A file that the server writes into the sandbox. Parent folders are created. `path` is absolute. */
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

/** Limits below those of a sandbox. */
export interface LowerLimits {
  readonly memoryBytes?: number;
  readonly cpus?: number;
  readonly pids?: number;
  /** Of its changes on the disk. */
  readonly layerBytes?: number;
}

/** As whom a session runs, and in which network. */
export interface SessionRole {
  /** Its user, named as in `ExecRequest`. It has no rights unless it is root. @default root */
  readonly user?: string;
  /** `none`: it has only a loopback of its own, and so have programs beside it. @default the sandbox's network */
  readonly network?: 'none';
}

export interface ExecRequest {
  /** Program and arguments. */
  readonly argv: readonly string[];
  /** Whether the program is the shell of the image, and `argv` its arguments. @default false */
  readonly byShell?: boolean;
  /** Absolute path; the program does not start if it does not exist. */
  readonly cwd: string;
  /**
   * Name or number of its user, also `user:group`, by the untouched image's `/etc/passwd` and `/etc/group`; its home is `HOME` where
   * `env` has none. It has no rights unless it is root. Only in `layer` isolation.
   * @default root
   */
  readonly user?: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Deadline in milliseconds; then the program and its descendants are killed. */
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** How long to wait, after the program's end, for processes that hold its output open, in milliseconds. @default 0 */
  readonly lingerMs?: number;
}

export interface InspectRequest {
  /** Program and arguments, taken from the pristine image. */
  readonly argv: readonly string[];
  /** Working directory below the agent's root, absolute as the agent sees it. @default `/` */
  readonly cwd?: string;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** Whose program: that of the pristine image, or of the runner's own root, which an image of the store may lack. @default image */
  readonly tools?: 'image' | 'runner';
}

/** Changes of one sandbox, to be made in another one. */
export interface PlacedChanges {
  /** Absolute paths to remove first, with what is below them. */
  readonly removed: readonly string[];
  /** A tar of files, folders, links and named pipes, with numbers as owners. Devices are left out. */
  readonly archive: Buffer;
}

/** The state of a sandbox: files, and the shell's variables, functions, options and the like. */
export interface SandboxSnapshot {
  /** The image under its files. */
  readonly image: ImageRef;
  /** `null` if the state cannot be copied exactly. */
  readonly state: Buffer | null;
  /** Why not, in words. */
  readonly reasons: readonly string[];
  /** The agent's processes besides the session, which no copy would have. */
  readonly processes: number;
}

/**
 * One sandbox, leased by one episode until `release`. Calls run one after the other.
 * Every method throws `SandboxError`: `died` if the container is gone, `unresponsive` past its own deadline, `runner_fault`
 * for a fault of the runner; `path_not_found`, `path_refused`, `file_too_large` for files; `not_supported` for `inspect`, `place`
 * and `checksums` in `replace` isolation; `exhausted` if the agent's own processes or files leave no room for another process or
 * a new session.
 */
export interface Sandbox extends AsyncDisposable {
  /** Container id or the local process's name, for logs. */
  readonly id: string;
  readonly image: ImageRef;
  /** The image of the store that it shows. @default its container's own image */
  readonly stored?: StoredImage | undefined;
  /** Name of the engine that runs it, e.g. `docker`. */
  readonly engine: string;
  /** Where its programs come from: the image, or the machine. Results on one do not hold on the other. */
  readonly programs: Programs;
  readonly isolation: Isolation;
  /** Under this reference the next server takes the sandbox back, if this one is killed. @default it cannot */
  readonly reference?: string | undefined;
  /**
   * What the next call is for, e.g. an action. A server that takes the sandbox back learns it if the call, or one after it without
   * a note of its own, was in progress.
   */
  note?(text: string): void;
  /** Run code in the persistent session. */
  run(request: RunRequest): Promise<RunResult>;
  /**
   * End the session and begin another in another role; so does every later one. It cannot be copied.
   * @returns the home of its user
   * @throws {SandboxError} `not_supported` if there is no such user
   */
  become(role: SessionRole): Promise<string>;
  /**
   * Lower limits of the agent until the sandbox is released. Those of memory, processors and processes need control groups that the
   * runner can make; elsewhere the sandbox keeps its own.
   * @throws {SandboxError} `not_supported` if the sandbox takes more already, or without layers
   */
  limit(limits: LowerLimits): Promise<void>;
  /** Run a program beside the session: in the same namespaces, not as a child of it, without standard input. */
  exec(request: ExecRequest): Promise<RunResult>;
  putFiles(entries: readonly FileEntry[]): Promise<void>;
  /** Make changes from outside, with no program of the image. Only in `layer` isolation. */
  place(changes: PlacedChanges): Promise<void>;
  /** @param maxBytes refuse larger files @default 16 MiB */
  getFile(path: string, maxBytes?: number): Promise<Buffer>;
  listFiles(path: string): Promise<ListedFile[]>;
  /** Make the current state the one that `diff` compares with. */
  mark(): Promise<void>;
  /**
   * Differences since the last `mark` (or since the layer began), found from outside the agent's reach. In `layer` isolation
   * a deleted folder is reported file by file; in `replace`, the image's files in it are reported only as the folder. Size
   * and time are bounded, whatever the agent left.
   */
  diff(): Promise<LayerDiff>;
  /**
   * For each path, a digest of what `md5sum` or `md5deep -r` would print, without regard to order: contents, missing files,
   * circular links. Links are resolved in the agent's root. `null` for the first path that exceeds a bound and all after it.
   * Only in `layer` isolation.
   */
  checksums(paths: readonly ChecksumPath[]): Promise<readonly (string | null)[]>;
  /**
   * Run a program of the pristine image with the agent's files, read-only, as its working directory. The agent's processes
   * and programs take no part, and the configuration of a git repository at `/` is ignored.
   */
  inspect(request: InspectRequest): Promise<RunResult>;
  /**
   * The present state, for other sandboxes of the same engine. It is copied only if it is copied exactly: in `layer` isolation,
   * with a Bash session, without processes, descriptors or traps that no other shell can have, and up to 32 MiB of files.
   */
  snapshot(): Promise<SandboxSnapshot>;
  /**
   * Put a state in the place of this sandbox's own, session included. After an error this sandbox is of no use.
   * @throws {SandboxError} `not_supported` if it would not be exactly that state
   */
  restore(snapshot: SandboxSnapshot): Promise<void>;
  /** `stop` stops every process of the agent, `resume` continues them, `kill` ends them all, including the session. */
  quiesce(mode: 'stop' | 'resume' | 'kill'): Promise<void>;
  /**
   * Give the sandbox back; it is reset or removed unless the holder declares otherwise. Never throws; a second call does
   * nothing. @default used
   */
  release(remains?: Remains): Promise<void>;
}
