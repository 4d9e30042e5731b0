import type { ServerResponse } from 'node:http';

/** Event streams that are open. They end only when somebody ends them, so a process that stops has to. */
export interface EventStreams {
  add: (response: ServerResponse) => void;
  /** Ends them all; clients go on elsewhere from the last event they saw. */
  endAll: () => void;
}

export function createEventStreams(): EventStreams {
  const open = new Set<ServerResponse>();
  return {
    add(response) {
      open.add(response);
      response.once('close', () => open.delete(response));
    },
    endAll() {
      for (const response of open) response.end();
    },
  };
}
