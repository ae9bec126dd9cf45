/** Labels on everything Stepwell makes in an engine. Images and containers of others are never touched. */
export const labels = {
  /** On a container: id of the server instance that started it. */
  instance: 'stepwell.instance',
  /** On a container: the server's process, as `encodeOwner` writes it. */
  owner: 'stepwell.owner',
  /** On a container: how long its runner keeps a lease after its server has gone, in milliseconds. */
  grace: 'stepwell.grace_ms',
  /** On an image: its name, e.g. `bash`. */
  image: 'stepwell.image',
  /** On an image: hash of everything it is made from. */
  recipe: 'stepwell.recipe',
  /** On an image: hash of the runner in it. */
  runner: 'stepwell.runner',
} as const;

/** Repository of images and prefix of container names. */
export const namespace = 'stepwell';

/** Folder of an image that agents never see. */
export const hiddenPath = '/opt/stepwell';

/** Where an image keeps the runner. */
export const runnerPath = `${hiddenPath}/runner`;

/** Where the runner mounts the scratch tmpfs for layers. */
export const scratchPath = `${hiddenPath}/scratch`;

/** Where the image store appears in a container; no agent's layer has it. */
export const storePath = `${hiddenPath}/store`;

/** Where the folder of the control socket appears in a container. */
export const controlPath = `${hiddenPath}/control`;
