/** Turns what stopped the node from starting into a sentence that says what to do. */
export function startFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (message.includes('EADDRINUSE')) {
    return 'The event node cannot start: its port is taken, perhaps by another event node. Stop that process or choose another port with EVENT_NODE_PORT.';
  }
  return `The event node cannot start: ${message}`;
}
