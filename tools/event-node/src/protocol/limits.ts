/** Largest append, in bytes of data, metadata and types: what servers up to 25.0 take, so that nothing written here is refused there. */
export const maxAppendBytes = 1024 * 1024;
/** Largest message the node reads: more than the client's largest batch frame, so that an oversized append gets its own error. */
export const maxMessageBytes = 17 * 1024 * 1024;
/** Appends of one connection that may wait for the writer before the node stops reading from it. */
export const maxAppendsInFlight = 2_000;
