/** `data` of an error, as far as it is shown. */
export interface ProtocolErrorData {
  readonly name?: string;
  readonly remedy?: string;
  readonly issues?: readonly { readonly field: string; readonly message: string }[];
}

/** A frame of the server: an answer or a notification. */
export interface RpcAnswer {
  readonly id?: number | null;
  readonly result?: unknown;
  readonly error?: { readonly message: string; readonly data?: ProtocolErrorData };
  readonly method?: string;
  readonly params?: unknown;
}
