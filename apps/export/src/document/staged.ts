import { randomUUID } from 'node:crypto';
import { Readable, pipeline } from 'node:stream';
import { openStream, sealStream, type BytesPlace, type SubjectKeys } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import type { Section, Subject } from '../section/section.js';
import { measurePart, type PartMeasure } from './measure-part.js';

/** Whose part lies where until the document is made. */
export interface StagedPlace extends Subject {
  exportId: string;
  /** One for each reading of a part: two workers that read the same never write over each other's. */
  staged: string;
}

export interface Sealing {
  objects: Objects;
  keys: SubjectKeys;
}

export const stagingPrefix = (accountId: string, exportId: string): string => `staging/${accountId}/${exportId}`;

const placeOf = ({ accountId, userId, exportId, staged }: StagedPlace): BytesPlace => ({
  ...{ subject: userId, accountId },
  name: `${stagingPrefix(accountId, exportId)}/${staged}`,
});

export interface StagedPart extends PartMeasure {
  staged: string;
}

/** Gathered into pieces of this size: each item by itself would cost more than to seal it. */
const pieceBytes = 65_536;

/**
 * Reads a section to its end and lays it down sealed, one line of JSON for each item.
 * @param each called with the bytes so far after each item; what it throws ends the reading
 * @throws what the section throws; Problem 410 `subject-erased`
 */
export async function stagePart(
  { objects, keys }: Sealing,
  section: Section,
  subject: Subject & { exportId: string },
  each: (sofar: { items: number; bytes: number }) => void,
  signal: AbortSignal,
): Promise<StagedPart> {
  const place: StagedPlace = { ...subject, staged: randomUUID() };
  const measure = measurePart(section.kind);

  async function* lines(): AsyncGenerator<Buffer> {
    let waiting: Buffer[] = [];
    let bytes = 0;
    for await (const item of section.items(signal)) {
      signal.throwIfAborted();
      const json = Buffer.from(JSON.stringify(item));
      measure.add(json);
      each(measure);
      waiting.push(json, newLine);
      bytes += json.length + 1;
      if (bytes < pieceBytes) continue;
      yield Buffer.concat(waiting, bytes);
      [waiting, bytes] = [[], 0];
      // Requests that came meanwhile go first.
      await new Promise((turn) => setImmediate(turn));
    }
    if (bytes > 0) yield Buffer.concat(waiting, bytes);
  }

  const sealing = await sealStream(keys, placeOf(place), 'account');
  // Errors come through the last of them, which the store reads.
  const sealed = pipeline(Readable.from(lines(), { objectMode: false }), sealing, () => undefined);
  await objects.put(placeOf(place).name, sealed);
  return { staged: place.staged, ...measure.end() };
}

const newLine = Buffer.from('\n');

/** The items of a staged part, as the JSON they were laid down with, one at a time. */
export async function* stagedItems({ objects, keys }: Sealing, place: StagedPlace): AsyncGenerator<Buffer> {
  const source = objects.read(placeOf(place).name);
  const opened = pipeline(source, openStream(keys, placeOf(place)), () => undefined);
  let waiting: Buffer[] = [];
  for await (const chunk of opened as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      waiting.push(chunk.subarray(from, end));
      yield waiting.length === 1 ? waiting[0]! : Buffer.concat(waiting);
      waiting = [];
      from = end + 1;
    }
    if (from < chunk.length) waiting.push(chunk.subarray(from));
  }
  if (waiting.length > 0) throw new Error(`${placeOf(place).name} ends within an item`);
}

export const isStaged = ({ objects }: Sealing, place: StagedPlace): Promise<boolean> =>
  objects.exists(placeOf(place).name);

/** Removes what readings left that did not come to be noted: of workers that died, or came second. */
export async function removeOthers({ objects }: Sealing, subject: Subject & { exportId: string }, noted: Set<string>) {
  for await (const name of objects.list(stagingPrefix(subject.accountId, subject.exportId))) {
    if (!noted.has(name.slice(name.lastIndexOf('/') + 1))) await objects.remove(name);
  }
}
