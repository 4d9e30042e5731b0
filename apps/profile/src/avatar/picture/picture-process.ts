import sharp from 'sharp';
import {
  blockOtherFormats,
  type CleanedPictures,
  cleanPicture,
  type PictureFault,
  PictureRefused,
} from './clean-picture.js';

/** What the process is asked. */
export interface Question {
  content: Uint8Array;
  declared: string;
}

/** What it says: that it is there, then one of the others to each question. */
export type Said = 'ready' | { cleaned: CleanedPictures } | { fault: PictureFault } | { error: string };

/** In bytes. What a picture may need is bounded by its pixels; this is for what nobody has thought of. */
const mostMemory = 512 * 1024 * 1024;

// Decoders of strangers' bytes run here and nowhere else: what they break, what they use and how long they take ends with
// this process. A thread could not be stopped in the middle of a decoder.
blockOtherFormats();
sharp.concurrency(1);
sharp.cache(false);

const say = (said: Said): void => void process.send?.(said);

process.on('message', ({ content, declared }: Question) => {
  cleanPicture(content, declared).then(
    (cleaned) => say({ cleaned }),
    (error: unknown) => say(error instanceof PictureRefused ? { fault: error.fault } : { error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
setInterval(() => {
  if (process.memoryUsage.rss() > mostMemory) process.kill(process.pid, 'SIGKILL');
}, 50).unref();
say('ready');
