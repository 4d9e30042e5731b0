import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** Above those that PostgreSQL chooses from. */
const lowest = 20_000;
/** Ports that one call looks at together; twice what a stack needs. */
const window = 16;
let calls = 0;

/**
 * Loopback ports whose neighbours 1000 higher, for metrics, are free as well. They lie below those that the system gives
 * to outgoing connections, which could take them before a process listens there, or while it is started anew; and two
 * processes that look at the same time look at different ones.
 * @param count at most 8
 */
export async function freePorts(count: number): Promise<number[]> {
  const windows = Math.floor(Math.max(firstOutgoing() - 2_000 - lowest, 10_000) / window);
  for (;;) {
    // A second call goes far from the next process id's place.
    const first = lowest + ((process.pid + 401 * calls++) % windows) * window;
    const ports = Array.from({ length: count }, (_, index) => first + index);
    if (await areFree(ports.flatMap((port) => [port, port + 1000]))) return ports;
  }
}

/** The lowest port that an outgoing connection may get: as Linux says, elsewhere as RFC 6335 does. */
function firstOutgoing(): number {
  const file = '/proc/sys/net/ipv4/ip_local_port_range';
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split(/\s/)[0]) : 49_152;
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  for (const port of ports) if (!(await isFree(port))) return false;
  return true;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
}
