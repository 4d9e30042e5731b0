import { headers } from '@annals/contracts';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { IncomingHttpHeaders } from 'undici/types/header.js';
import { emptyConduct, isRefusal, refusedConduct } from '../conduct/conduct-of.js';
import { holdRefusal } from '../conduct/hold-refusal.js';
import type { ConductRecorder } from '../conduct/record-conduct.js';
import { acceptsGzip, compressed, isWorthCompressing } from '../forward/compress.js';
import type { Destination } from '../forward/destination.js';
import type { EventStreams } from '../forward/event-streams.js';
import { holdUntil } from '../reading/hold-until.js';
import { readingOf } from '../reading/reading-of.js';
import { answerHead, type Exchange } from './exchange.js';
import { mayGoOn } from './may-go-on.js';

export interface PassOptions {
  conduct: ConductRecorder;
  /** Somebody changed something at identity: what is remembered of that person may no longer be true. */
  onIdentityChange(userId: string): void;
  eventStreams: EventStreams;
}

export interface PassedAnswer {
  /** Takes the head of a service's answer and says where its bytes go. */
  begin(status: number, answered: IncomingHttpHeaders): Writable;
  /**
   * Resolves when nothing is held back any more.
   * @throws Problem 503 `audit-unavailable` when what somebody reads about others could not be recorded; nothing went out
   */
  passed(): Promise<void>;
}

/** Passes a service's answer on: at once, or once it is recorded what the request came to, where a log has to show that. */
export function passAnswer(
  options: PassOptions,
  exchange: Exchange,
  destination: Destination,
  params: Readonly<Record<string, unknown>>,
): PassedAnswer {
  const { conduct } = options;
  let held: Writable | undefined;
  return {
    begin(status, answered) {
      // Before the answer is out, so that whoever reads of an ended session cannot use it here any more.
      if (changesIdentity(destination, status) && exchange.userId) options.onIdentityChange(exchange.userId);
      const open = () => sendHead(options, exchange, destination, status, answered);
      if (!exchange.caller) return open();
      const asked = { exchange, destination, by: exchange.caller };
      if (isRefusal(destination, status)) {
        const record = (code: string) => conduct.record(refusedConduct(asked, status, code));
        return (held = holdRefusal(exchange.response, status, answerHead(exchange, answered), record));
      }
      if (status >= 300) return open();
      if (destination.changes && !destination.quiet && answered[headers.effect] === 'none') {
        return (held = holdUntil(conduct.record(emptyConduct(asked, status)), open));
      }
      const reading = readingOf(asked, params);
      return reading ? (held = holdUntil(conduct.recordReading(reading), open)) : open();
    },
    async passed() {
      if (held) await finished(held);
    },
  };
}

/** Sends the head of an answer; the result takes its bytes: the response itself, or a compressor in front of it. */
function sendHead(
  { eventStreams }: PassOptions,
  exchange: Exchange,
  destination: Destination,
  status: number,
  answered: IncomingHttpHeaders,
): Writable {
  const { request, response } = exchange;
  const head = answerHead(exchange, answered);
  const mayCompress = !destination.secret && request.method !== 'HEAD' && isWorthCompressing(status, head);
  if (mayCompress) head.push('vary', 'Accept-Encoding');
  if (mayCompress && acceptsGzip(request.headers['accept-encoding'])) return compressed(status, head, response);
  response.writeHead(status, head);
  // Node keeps the head back for the first bytes, which an event stream may not have for a while.
  if (destination.streams) response.flushHeaders();
  if (answered['content-type'] === 'text/event-stream') eventStreams.add(response, () => mayGoOn(exchange));
  return response;
}

const changesIdentity = ({ owner, method }: Destination, status: number): boolean =>
  owner === 'identity' && method !== 'GET' && status < 300;
