/** Version of the native protocol at `/v1`. It increases only when a change breaks a client. */
export const PROTOCOL_VERSION = 1;

/** Version of this package, as `initialize`, `/openenv/*\/metadata` and `stepwell --version` report it. */
export const STEPWELL_VERSION = '0.1.0';
