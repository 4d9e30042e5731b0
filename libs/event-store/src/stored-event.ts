import type { EventMetadata } from '@annals/contracts';
import type { Position } from './position.js';

/** An event as it was written, its data brought up to the contract's present version. */
export interface StoredEvent<D = Record<string, unknown>> {
  id: string;
  type: string;
  stream: string;
  /** Place in its stream, from 0. */
  revision: bigint;
  position: Position;
  /** Personal fields are opened, `Erased` when their key is gone, or `Sealed` when read with `open: false`. */
  data: D;
  /** `client.ip` stays sealed; `openField` opens it for those who may see it. */
  metadata: EventMetadata;
  recordedAt: Date;
}
