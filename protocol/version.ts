/** Version of the native protocol spoken at `/v1`; it grows only when a change breaks a client. */
export const PROTOCOL_VERSION = 1;

/** Version of this package, as told by `initialize`, `/openenv/*\/metadata` and `stepwell --version`. */
export const STEPWELL_VERSION = '0.1.0';
