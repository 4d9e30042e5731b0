import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Where everything of an embedded stack lies. */
export interface Places {
  /** Of a superuser, to a database named `postgres`. */
  postgres: string[];
  eventStore?: string | undefined;
  kafka?: string[] | undefined;
  redis?: string | undefined;
  objects: string[];
  folders: string[];
  /** Folders of PostgreSQL clusters, in the order of `postgres`. */
  clusters: string[];
}

/** Folders of a stack that people's data could come into besides its databases; of the keys nothing is read. */
const folders = ['objects', 'audit-witness', 'logs', 'traces', 'mail', 'run'];

/**
 * The places of the stack that keeps its data in a folder.
 * @throws Error when there is none
 */
export function placesOf(dataDir: string): Places {
  const folder = resolve(dataDir);
  const postgres = join(folder, 'postgres');
  const operator = join(folder, 'keys', 'operator.json');
  if (!existsSync(join(postgres, 'port')) || !existsSync(operator)) {
    throw new Error(`${folder} holds no data of a running stack: start it with \`npm start\`, or name its stores`);
  }
  const read = (file: string) => readFileSync(file, 'utf8').trim();
  const passwords = JSON.parse(read(join(postgres, 'passwords.json'))) as Record<string, string>;
  const { EVENTSTORE_URL } = JSON.parse(read(operator)) as Record<string, string>;
  const port = read(join(postgres, 'port'));
  return {
    postgres: [`postgres://postgres:${passwords.postgres ?? ''}@127.0.0.1:${port}/postgres`],
    eventStore: EVENTSTORE_URL,
    objects: [],
    folders: [...folders.map((name) => join(folder, name)), join(postgres, 'postgres.log')],
    clusters: [join(postgres, 'postgres-18')],
  };
}
