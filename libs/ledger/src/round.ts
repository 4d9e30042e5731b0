import { hash } from 'node:crypto';
import { leafHash, type Hash } from './hash.js';

/** Where one log stood: how many entries, and the root over them. */
export interface Head {
  /** Id of the log: of its account. */
  log: string;
  size: number;
  root: Hash;
}

/** Leaf of a log's head in the tree of a round. */
export const headLeaf = ({ log, size, root }: Head): Hash => leafHash(`${log}\n${size}\n${root.toString('base64')}\n`);

/**
 * What is signed at regular times, also when nothing happened: where all logs stood. Its tree has one leaf for each log,
 * in the order of their ids.
 */
export interface Round {
  /** Who keeps the logs, as an URL without scheme. */
  origin: string;
  /** Number of logs. */
  logs: number;
  root: Hash;
  /** Number of the round, from 1, without gaps. */
  round: number;
  /** When it was signed, RFC 3339. */
  time: string;
  /** Hash of the text of the round before; 32 zeros before the first. */
  previous: Hash;
}

export const noRound: Hash = Buffer.alloc(32);

/** The text that is signed: a checkpoint (C2SP tlog-checkpoint) with three lines of our own. */
export function formatRound({ origin, logs, root, round, time, previous }: Round): string {
  const own = [`round ${round}`, `time ${time}`, `previous ${previous.toString('base64')}`];
  return [origin, logs, root.toString('base64'), ...own, ''].join('\n');
}

const form =
  /^(\S+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\nround ([1-9]\d{0,15})\ntime (\S+)\nprevious ([A-Za-z0-9+/]{43}=)\n$/;

/** The round of a text, or null when it is none. */
export function parseRound(text: string): Round | null {
  const match = form.exec(text);
  if (!match) return null;
  const [, origin, logs, root, round, time, previous] = match as unknown as string[];
  if (Number.isNaN(Date.parse(time!))) return null;
  return {
    origin: origin!,
    logs: Number(logs),
    root: Buffer.from(root!, 'base64'),
    round: Number(round),
    time: time!,
    previous: Buffer.from(previous!, 'base64'),
  };
}

/** What the next round names as `previous`. */
export const roundHash = (text: string): Hash => hash('sha256', Buffer.from(text, 'utf8'), 'buffer');
