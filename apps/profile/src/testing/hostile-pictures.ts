import { createCipheriv } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

export interface HostileFile {
  content: Buffer;
  /** What it says it is. */
  type: string;
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const chunk = (name: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  return Buffer.concat([u32(data.length), body, u32(crc32(body))]);
};
const magic = Buffer.from('89504e470d0a1a0a', 'hex');
const header = (width: number, height: number, depth: number, colour: number, interlaced = 0) =>
  chunk('IHDR', Buffer.concat([u32(width), u32(height), Buffer.from([depth, colour, 0, 0, interlaced])]));

/** A PNG by its parts, so that they can be wrong. Its pixels are zeros, which compress a thousandfold. */
function png(head: Buffer, pixelBytes: number, more: Buffer[] = []): Buffer {
  const pixels = chunk('IDAT', deflateSync(Buffer.alloc(pixelBytes), { level: 9 }));
  return Buffer.concat([magic, head, ...more, pixels, chunk('IEND', Buffer.alloc(0))]);
}
/** Bytes like chance that are the same ones every time: real chance spells a forbidden word now and then. */
const chance = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
const likeChance = (length: number): Buffer => chance.update(Buffer.alloc(length));
const small = header(8, 8, 8, 2);
const smallBytes = 8 * 25;
const bomb = deflateSync(Buffer.alloc(100_000_000), { level: 9 });

/** A picture with a red left and a blue right half, larger than it is high. */
export function halves(width = 300, height = 200): Sharp {
  const half = { width: width / 2, height, channels: 3 as const };
  const left = { create: { ...half, background: '#ff0000' } };
  const blue = { ...half, width, background: '#0000ff' };
  return sharp({ create: blue }).composite([{ input: left, left: 0, top: 0 }]);
}

/** Files that a stranger might send, by what they are. Made here, so that none has to be believed. */
export async function hostileFiles(): Promise<Record<string, HostileFile>> {
  const [jpeg, plainPng, webp] = await Promise.all([
    halves().jpeg().toBuffer(),
    halves().png().toBuffer(),
    halves().webp().toBuffer(),
  ]);
  const noise = sharp(likeChance(64 * 64 * 3), { raw: { width: 64, height: 64, channels: 3 } });
  const frames = Buffer.concat(Array.from({ length: 20 }, () => likeChance(32 * 32 * 3)));
  const animation = sharp(frames, { raw: { width: 32, height: 640, channels: 3, pageHeight: 32 } });
  const script = '<html><script>alert(document.domain)</script></html>';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>`;
  const xxe = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><svg>&b;</svg>`;
  const exif = {
    IFD0: { Copyright: 'Canary Kanarienvogel' },
    IFD3: { GPSLatitude: '48/1 12/1 30/1', GPSLatitudeRef: 'N' },
  };
  const comment = Buffer.concat([
    Buffer.from('fffe0020', 'hex'),
    Buffer.from('<?php system($_GET["canary"]);?>').subarray(0, 30),
  ]);
  const withTail = (content: Buffer, tail: string) => Buffer.concat([content, Buffer.from(tail, 'latin1')]);
  const as =
    (type: string) =>
    (content: Buffer | string): HostileFile => ({ content: Buffer.from(content as Buffer), type });
  const [isJpeg, isPng, isWebp] = [as('image/jpeg'), as('image/png'), as('image/webp')];
  const broken = Buffer.from(plainPng);
  broken.writeUInt32BE(0, broken.length - 20);
  return {
    'a PNG of 144 million pixels': isPng(png(header(12_000, 12_000, 1, 0), 12_000 * 1_501)),
    'a PNG that says it is as large as can be said': isPng(png(header(0x7fffffff, 0x7fffffff, 8, 2), 100)),
    'a PNG of no width': isPng(png(header(0, 8, 8, 2), smallBytes)),
    'a PNG a million pixels wide and one high': isPng(png(header(1_000_000, 1, 8, 0), 1_000_001)),
    'an interlaced PNG of 25 million pixels of 8 bytes': isPng(png(header(5_000, 5_000, 16, 6, 1), 200_100_000)),
    'a PNG whose pixels unpack to more than it has': isPng(png(small, 100_000_000)),
    'a PNG whose pixels end early': isPng(png(small, 20)),
    'a PNG with a text that unpacks to 100 MB': isPng(
      png(small, smallBytes, [chunk('zTXt', Buffer.concat([Buffer.from('a\0\0'), bomb]))]),
    ),
    'a PNG with a profile that unpacks to 100 MB': isPng(
      png(small, smallBytes, [chunk('iCCP', Buffer.concat([Buffer.from('a\0\0'), bomb]))]),
    ),
    'a PNG with 4 MB of text': isPng(
      png(small, smallBytes, [
        chunk('iTXt', Buffer.concat([Buffer.from('a\0\0\0\0\0'), Buffer.alloc(4_000_000, 'x')])),
      ]),
    ),
    'a PNG with ten thousand texts': isPng(
      png(
        small,
        smallBytes,
        Array.from({ length: 10_000 }, () => chunk('tEXt', Buffer.from('a\0canary'))),
      ),
    ),
    'a PNG with a wrong checksum': isPng(broken),
    'a PNG with PHP behind its end': isPng(withTail(plainPng, '<?php system($_GET["canary"]);?>')),
    'a PNG that is moved': isPng(png(small, smallBytes, [chunk('acTL', Buffer.concat([u32(9_999), u32(0)]))])),
    'the first bytes of a PNG': isPng(magic),
    'half a PNG': isPng((await noise.clone().png().toBuffer()).subarray(0, 3_000)),
    'a PNG of one pixel': isPng(png(header(1, 1, 8, 2), 4)),
    'a PNG of 16 bits': isPng(await noise.clone().toColourspace('rgb16').png().toBuffer()),
    'a PNG with a palette and holes': isPng(
      await noise.clone().ensureAlpha(0.5).png({ palette: true, colours: 16 }).toBuffer(),
    ),
    'a grey PNG': isPng(await noise.clone().greyscale().png().toBuffer()),
    'a PNG that says it is a JPEG': isJpeg(plainPng),
    'a JPEG that says it is a PNG': isPng(jpeg),
    'a JPEG with a page behind its end': isJpeg(withTail(jpeg, script)),
    'a JPEG with an archive behind its end': isJpeg(withTail(jpeg, 'PK\u0003\u0004canary')),
    'a JPEG with a program in its comment': isJpeg(Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)])),
    'a JPEG that says where it was made': isJpeg(await halves().withExif(exif).jpeg().toBuffer()),
    'a JPEG lying on its side': isJpeg(await halves().withMetadata({ orientation: 6 }).jpeg().toBuffer()),
    'a JPEG with XMP': isJpeg(
      await halves().withXmp(`<?xpacket?><x:xmpmeta xmlns:x="adobe:ns:meta/">canary</x:xmpmeta>`).jpeg().toBuffer(),
    ),
    'a JPEG in four inks': isJpeg(await halves().toColourspace('cmyk').jpeg().toBuffer()),
    'a JPEG with a colour profile': isJpeg(await halves().withIccProfile('p3').jpeg().toBuffer()),
    'half a JPEG': isJpeg((await noise.clone().jpeg().toBuffer()).subarray(0, 1_500)),
    'the first bytes of a JPEG': isJpeg(Buffer.from('ffd8ffe0', 'hex')),
    'half a WebP': isWebp((await noise.clone().webp().toBuffer()).subarray(0, 1_000)),
    'a moving WebP': isWebp(await animation.clone().webp().toBuffer()),
    'a WebP with a page behind its end': isWebp(withTail(webp, script)),
    'an SVG': isPng(svg),
    'an SVG that reads a file': isPng(xxe),
    'a GIF': isPng(await animation.clone().gif().toBuffer()),
    'a TIFF': isPng(await noise.clone().tiff().toBuffer()),
    'an AVIF': isWebp(await noise.clone().avif().toBuffer()),
    'a HEIC': isJpeg(Buffer.concat([u32(24), Buffer.from('ftypheic\0\0\0\0heicmif1')])),
    'a PDF': isJpeg('%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj'),
    'a BMP': isPng(Buffer.concat([Buffer.from('BM'), Buffer.alloc(60)])),
    'a page': isPng(script),
    chance: isWebp(likeChance(5_000)),
    'a RIFF that is a sound': isWebp(Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), Buffer.alloc(100)])),
    nothing: isPng(''),
  };
}
