import type { Readable } from 'node:stream';

/**
 * Where bytes are kept that are too large for events and rows: pictures, evidence, documents. Names are made by us of
 * ids and hashes, `kind/account/…` first; nothing a client writes becomes part of one.
 */
export interface Objects {
  /** Puts the whole object in place at once: a reader sees all of it or none. Durable when it resolves. */
  put(name: string, content: Buffer): Promise<void>;
  /** @throws Error when there is none */
  get(name: string): Promise<Buffer>;
  read(name: string, range: { start: number; end: number }): Readable;
  exists(name: string): Promise<boolean>;
  /** Removing what is not there is no error: a repeated removal has nothing to do. */
  remove(name: string): Promise<void>;
}

const allowed = /^[a-z]+(\/[a-z0-9][a-z0-9-]{0,99}){1,5}(\.[a-z0-9]{1,10})?$/;

/** @throws Error for a name that could leave its place */
export function checkedName(name: string): string {
  if (!allowed.test(name)) throw new Error(`"${name}" is no object name`);
  return name;
}
