import { createServer } from 'node:net';
import type { Layout } from './layout.js';

/** Whether somebody listens on a loopback port already. */
export function isTaken(port: number): Promise<boolean> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') done(true);
      else if (error.code === 'EACCES') done(true);
      else fail(error);
    });
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(false)));
  });
}

/** One line per taken port of the layout, with the variable that moves it; empty when all are free. */
export async function takenPorts(layout: Layout): Promise<string[]> {
  const lines: string[] = [];
  for (const [name, port] of Object.entries(layout.ports)) {
    if (await isTaken(port)) {
      lines.push(
        `port ${port} (${name.replace('_', ' ')}) is taken: stop what listens there, or set ${name.toUpperCase()}_PORT`,
      );
    }
  }
  for (const [name, port] of Object.entries(layout.metricsPorts)) {
    if (await isTaken(port)) {
      lines.push(`port ${port} (metrics of ${name}) is taken: it is always ${name.toUpperCase()}_PORT + 1000`);
    }
  }
  return lines;
}
