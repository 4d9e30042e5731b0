import { spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';

const nobody = 65534;

/** How this process may run PostgreSQL, which refuses to run as root. */
export interface Runner {
  command(binary: string, args: readonly string[]): { file: string; args: string[]; uid?: number; gid?: number };
  /** Gives a path to the account that PostgreSQL runs under. */
  handOver(path: string): void;
}

const direct: Runner = { command: (file, args) => ({ file, args: [...args] }), handOver: () => undefined };

/** Inside the user namespace the id is not 0, while the files stay root's: works below folders with mode 0700. */
const ownNamespace: Runner = {
  command: (binary, args) => ({ file: 'unshare', args: [...namespaceArgs, '--', binary, ...args] }),
  handOver: () => undefined,
};

const asNobody: Runner = {
  command: (file, args) => ({ file, args: [...args], uid: nobody, gid: nobody }),
  handOver: (path) => chownSync(path, nobody, nobody),
};

const namespaceArgs = ['--user', `--map-user=${nobody}`, `--map-group=${nobody}`];

/** Not root: directly. Root: in a user namespace where the kernel allows one, else as the account `nobody`. */
export function unprivilegedRunner(): Runner {
  if (process.getuid?.() !== 0) return direct;
  const trial = spawnSync('unshare', [...namespaceArgs, '--', 'true'], { stdio: 'ignore' });
  return trial.status === 0 ? ownNamespace : asNobody;
}
