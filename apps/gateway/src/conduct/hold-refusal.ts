import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import { z } from 'zod';

const Coded = z.object({ code: z.string().max(100) });

/**
 * Takes a service's refusal and gives it to the client only once it is recorded.
 * @param record gets the code of the problem
 */
export function holdRefusal(
  response: ServerResponse,
  status: number,
  head: readonly string[],
  record: (code: string) => Promise<void>,
): Writable {
  const chunks: Buffer[] = [];
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
    final(done) {
      const body = Buffer.concat(chunks);
      record(codeIn(body)).then(() => {
        if (!response.destroyed) response.writeHead(status, [...head]).end(body);
        done();
      }, done);
    },
  });
}

/** An answer to HEAD has no body that could say it. */
function codeIn(body: Buffer): string {
  try {
    return Coded.parse(JSON.parse(body.toString('utf8'))).code;
  } catch {
    return 'unknown';
  }
}
