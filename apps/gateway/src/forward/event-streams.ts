import type { ServerResponse } from 'node:http';

/** Event streams that are open. They end only when somebody ends them, so a process that stops has to. */
export interface EventStreams {
  /** @param mayGoOn asked again and again: whoever it is for may have lost what let them open it */
  add: (response: ServerResponse, mayGoOn: () => Promise<boolean>) => void;
  /** Ends them all; clients go on elsewhere from the last event they saw. */
  endAll: () => void;
}

const lookAgainMs = 1_000;

export function createEventStreams(): EventStreams {
  const open = new Map<ServerResponse, () => Promise<boolean>>();
  const looking = new Set<ServerResponse>();
  let timer: NodeJS.Timeout | undefined;

  async function look(response: ServerResponse, mayGoOn: () => Promise<boolean>): Promise<void> {
    if (looking.has(response)) return;
    looking.add(response);
    try {
      if (!(await mayGoOn())) response.end();
    } finally {
      looking.delete(response);
    }
  }

  function closed(response: ServerResponse): void {
    open.delete(response);
    if (open.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return {
    add(response, mayGoOn) {
      open.set(response, mayGoOn);
      response.once('close', () => closed(response));
      timer ??= setInterval(() => open.forEach((ask, one) => void look(one, ask)), lookAgainMs);
    },
    endAll() {
      for (const response of open.keys()) response.end();
    },
  };
}
