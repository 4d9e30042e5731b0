/** One Server-Sent Event. */
export interface ServerEvent {
  /** Send back as `lastEventId` to go on after it. */
  id: string | null;
  event: string;
  data: string;
}

/** Text of one event stands between blank lines; comments and unknown fields are skipped (WHATWG HTML §9.2.6). */
function parseEvent(block: string): ServerEvent | null {
  const event: ServerEvent = { id: null, event: 'message', data: '' };
  const data: string[] = [];
  for (const line of block.split(/\r\n|\r|\n/)) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') event.id = value;
    else if (field === 'event') event.event = value;
    else if (field === 'data') data.push(value);
  }
  event.data = data.join('\n');
  return data.length > 0 ? event : null;
}

/** Longest single event accepted, in characters: a stream without blank lines must not fill the memory. */
const MAX_EVENT = 1_000_000;

/** The events of a `stream` answer, until the server ends it. Leaving the loop cancels the stream. */
export async function* readEvents(stream: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  // A reader, because not every browser can loop over a stream.
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let pending = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      pending += decoder.decode(value, { stream: true });
      const blocks = pending.split(/\r\n\r\n|\n\n|\r\r/);
      pending = blocks.pop() ?? '';
      if (pending.length > MAX_EVENT) throw new Error('an event is longer than the limit');
      for (const block of blocks) {
        const event = parseEvent(block);
        if (event) yield event;
      }
    }
  } finally {
    await reader.cancel();
  }
}
