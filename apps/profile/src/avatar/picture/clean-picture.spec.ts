import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '@annals/contracts';
import sharp from 'sharp';
import { halves, type HostileFile, hostileFiles } from '../../testing/hostile-pictures.js';
import { type CleanedPictures, cleanPicture, PictureRefused } from './clean-picture.js';
import { createPictureCleaner, type PictureCleaner } from './picture-cleaner.js';

// As it is built: a process of its own does not run the sources.
const script = join(__dirname, '../../../dist/avatar/picture/picture-process.js');
let files: Record<string, HostileFile>;
let cleaner: PictureCleaner;

beforeAll(async () => {
  files = await hostileFiles();
  cleaner = createPictureCleaner({ script, limitMs: 50_000 });
}, 240_000);
afterAll(() => cleaner.stop());

const largest = ({ pictures }: CleanedPictures) => Buffer.from(pictures[0]!.bytes);
const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'cleaned',
    (error: unknown) => (error instanceof Problem ? `${error.status} ${error.code}` : String(error)),
  );

describe('a picture', () => {
  it('is made anew in every size and format, square, from its middle', async () => {
    const sent = await halves(3_000, 2_000).jpeg().toBuffer();
    const { id, pictures } = await cleanPicture(sent, 'image/jpeg');
    expect(id).toMatch(/^[0-9a-f]{64}$/);
    const seen = await Promise.all(
      pictures.map(async ({ size, format, bytes }) => {
        const { width, height, format: found } = await sharp(bytes).metadata();
        return [size, format, width, height, found];
      }),
    );
    expect(seen).toEqual(
      [1024, 512, 256, 128, 64].flatMap((size) => [
        [size, 'webp', size, size, 'webp'],
        [size, 'avif', size, size, 'heif'],
      ]),
    );
    const { data } = await sharp(pictures.at(-2)!.bytes).raw().toBuffer({ resolveWithObject: true });
    expect([data[0]! > 200, data[2]! < 50]).toEqual([true, true]);
  });

  it('is the same one when the same is sent again, and is never enlarged', async () => {
    const sent = await halves(100, 50).png().toBuffer();
    const [one, again] = [await cleanPicture(sent, 'image/png'), await cleanPicture(sent, 'image/png')];
    expect(again.id).toBe(one.id);
    expect((await sharp(largest(one)).metadata()).width).toBe(50);
  });

  it('keeps its holes', async () => {
    const cleaned = await cleanPicture(files['a PNG with a palette and holes']!.content, 'image/png');
    expect((await sharp(largest(cleaned)).metadata()).hasAlpha).toBe(true);
  });

  it('stands upright', async () => {
    const cleaned = await cleanPicture(files['a JPEG lying on its side']!.content, 'image/jpeg');
    const { data, info } = await sharp(largest(cleaned)).raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => [...data.subarray((y * info.width + x) * info.channels).subarray(0, 3)];
    // What was left is now above.
    expect(at(100, 20)[0]).toBeGreaterThan(200);
    expect(at(100, 180)[2]).toBeGreaterThan(200);
  });

  it('has its colours in sRGB, whatever profile it came with', async () => {
    const cleaned = await cleanPicture(files['a JPEG with a colour profile']!.content, 'image/jpeg');
    const { space, icc } = await sharp(largest(cleaned)).metadata();
    expect([space, icc]).toEqual(['srgb', undefined]);
  });

  it('that is none says so', async () => {
    await expect(cleanPicture(files['a GIF']!.content, 'image/png')).rejects.toThrow(PictureRefused);
    await expect(cleanPicture(files['half a JPEG']!.content, 'image/jpeg')).rejects.toThrow('picture-malformed');
    await expect(cleanPicture(files['a PNG of 144 million pixels']!.content, 'image/png')).rejects.toThrow('too-many');
  });
});

describe('what strangers send', () => {
  const [unsupported, untrue] = ['415 picture-unsupported', '415 picture-untrue'];
  const [malformed, tooMany] = ['400 picture-malformed', '400 picture-too-many-pixels'];
  const [canary, cleaned] = [/canary|script|<\?php|xmpmeta|Exif|acTL|ICCP|ANIM/, 'cleaned'];

  it.each([
    ['a PNG of 144 million pixels', tooMany],
    ['a PNG that says it is as large as can be said', malformed],
    ['a PNG of no width', malformed],
    ['a PNG a million pixels wide and one high', cleaned],
    ['an interlaced PNG of 25 million pixels of 8 bytes', cleaned],
    ['a PNG whose pixels unpack to more than it has', cleaned],
    ['a PNG whose pixels end early', malformed],
    ['a PNG with a text that unpacks to 100 MB', cleaned],
    ['a PNG with a profile that unpacks to 100 MB', cleaned],
    ['a PNG with 4 MB of text', cleaned],
    ['a PNG with ten thousand texts', cleaned],
    ['a PNG with a wrong checksum', malformed],
    ['a PNG with PHP behind its end', cleaned],
    ['a PNG that is moved', cleaned],
    ['the first bytes of a PNG', malformed],
    ['half a PNG', malformed],
    ['a PNG of one pixel', cleaned],
    ['a PNG of 16 bits', cleaned],
    ['a PNG with a palette and holes', cleaned],
    ['a grey PNG', cleaned],
    ['a PNG that says it is a JPEG', untrue],
    ['a JPEG that says it is a PNG', untrue],
    ['a JPEG with a page behind its end', cleaned],
    ['a JPEG with an archive behind its end', cleaned],
    ['a JPEG with a program in its comment', cleaned],
    ['a JPEG that says where it was made', cleaned],
    ['a JPEG lying on its side', cleaned],
    ['a JPEG with XMP', cleaned],
    ['a JPEG in four inks', cleaned],
    ['a JPEG with a colour profile', cleaned],
    ['half a JPEG', malformed],
    ['the first bytes of a JPEG', malformed],
    ['half a WebP', malformed],
    ['a moving WebP', cleaned],
    ['a WebP with a page behind its end', cleaned],
    ['an SVG', unsupported],
    ['an SVG that reads a file', unsupported],
    ['a GIF', unsupported],
    ['a TIFF', unsupported],
    ['an AVIF', unsupported],
    ['a HEIC', unsupported],
    ['a PDF', unsupported],
    ['a BMP', unsupported],
    ['a page', unsupported],
    ['chance', unsupported],
    ['a RIFF that is a sound', unsupported],
    ['nothing', unsupported],
  ])('%s: %s', async (name, expected) => {
    const { content, type } = files[name]!;
    const work = cleaner.clean(content, type);
    expect(await refusal(work)).toBe(expected);
    if (expected !== cleaned) return;
    const { pictures } = await work;
    for (const { bytes, format } of pictures) {
      const { exif, icc, xmp, pages, space } = await sharp(bytes).metadata();
      expect([exif, icc, xmp, pages ?? 1, space]).toEqual([undefined, undefined, undefined, 1, 'srgb']);
      if (format === 'webp') expect(Buffer.from(bytes).toString('latin1')).not.toMatch(canary);
    }
  });

  it('all of it, in one process that needed less than half a gigabyte and still works', async () => {
    const status = readFileSync(`/proc/${cleaner.pid()}/status`, 'utf8');
    expect(Number(/VmHWM:\s+(\d+) kB/.exec(status)![1]) * 1024).toBeLessThan(512 * 1024 * 1024);
    expect(await refusal(cleaner.clean(await halves().png().toBuffer(), 'image/png'))).toBe(cleaned);
  });
});
