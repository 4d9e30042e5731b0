import { createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createClient, type Client } from '@annals/client';
import { exportAuditLogRoute, listCheckpointsRoute } from '@annals/contracts';

export interface FetchOptions {
  /** Where the API is, `/api/v1` included. */
  url: string;
  token: string;
  account?: string | undefined;
  folder: string;
  /** Put readable values beside the entries. */
  open?: boolean | undefined;
  house?: boolean | undefined;
}

/** Fetches what `verify` needs into a folder: `checkpoints.ndjson`, then `export.ndjson`, which covers all of them. */
export async function fetchEvidence(options: FetchOptions, print: (line: string) => void): Promise<void> {
  const { url, token, account, folder } = options;
  const client = createClient({ baseUrl: url, token, ...(account !== undefined && { account }) });
  const log = options.house ? ({ log: 'house' } as const) : {};
  await mkdir(folder, { recursive: true });
  const checkpoints = join(folder, 'checkpoints.ndjson');
  const verifier = await fetchCheckpoints(client, log, checkpoints);
  const exported = join(folder, 'export.ndjson');
  const query = { ...log, ...(options.open && { values: 'open' as const }) };
  const { body } = await client.call(exportAuditLogRoute, { query });
  await pipeline(Readable.fromWeb(body), createWriteStream(exported));
  print(`fetched ${exported} and ${checkpoints}`);
  print('The key below comes from the server as well. Compare it with the one you were given by other means.');
  print(`npm run audit -- verify --export ${exported} --checkpoints ${checkpoints} --key '${verifier}'`);
}

async function fetchCheckpoints(client: Client, log: { log?: 'house' }, path: string): Promise<string> {
  const file = await open(path, 'w');
  try {
    for (let cursor: string | undefined; ;) {
      const query = { ...log, limit: 100, ...(cursor !== undefined && { cursor }) };
      const { body } = await client.call(listCheckpointsRoute, { query });
      await file.writeFile(body.data.map((checkpoint) => `${JSON.stringify(checkpoint)}\n`).join(''));
      if (body.meta.next_cursor === null) return body.verifier;
      cursor = body.meta.next_cursor;
    }
  } finally {
    await file.close();
  }
}
