import { spawn } from 'node:child_process';

const script = `
  server=$2
  while kill -0 "$1" 2>/dev/null; do
    kill -0 "$2" 2>/dev/null || server=
    sleep 0.3
  done
  if [ -n "$server" ]; then
    kill -INT "$server" 2>/dev/null
    while kill -0 "$server" 2>/dev/null; do sleep 0.05; done
  fi
  rm -rf "$3"
`;

/**
 * Stops a server and removes its folder when `owner` has ended, however it ended: a killed test run leaves nothing behind.
 * A server that ended before is not signalled: its process id may be somebody else's by then.
 */
export function guardUntilEndOf(owner: number, server: number, folder: string): void {
  const args = ['-c', script, 'guard', String(owner), String(server), folder];
  spawn('sh', args, { detached: true, stdio: 'ignore' }).unref();
}
