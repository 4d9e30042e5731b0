/** Fields of an entry in the central directory of an archive (APPNOTE.TXT 4.3.12), as far as they can be lied about. */
export interface CentralEntry {
  fileName: string;
  generalPurposeBitFlag: number;
  crc32: number;
  compressedSize: number;
  uncompressedSize: number;
  externalFileAttributes: number;
}

const signature = 0x02014b50;
const fixedBytes = 46;

function* entriesAt(archive: Buffer): Generator<{ at: number; fileName: string }> {
  for (let at = archive.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0;) {
    if (at + fixedBytes > archive.length || archive.readUInt32LE(at) !== signature) return;
    const nameLength = archive.readUInt16LE(at + 28);
    yield { at, fileName: archive.toString('utf8', at + fixedBytes, at + fixedBytes + nameLength) };
    at += fixedBytes + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
}

export const centralEntries = (archive: Buffer): Pick<CentralEntry, 'fileName'>[] =>
  [...entriesAt(archive)].map(({ fileName }) => ({ fileName }));

/** The archive, with what it says about one entry changed. A new name is as long as the old one. */
export function changedEntries(archive: Buffer, fileName: string, change: Partial<CentralEntry>): Buffer {
  const changed = Buffer.from(archive);
  const found = [...entriesAt(changed)].find((entry) => entry.fileName === fileName);
  if (!found) throw new Error(`the archive has no ${fileName}`);
  const { at } = found;
  if (change.generalPurposeBitFlag !== undefined) changed.writeUInt16LE(change.generalPurposeBitFlag, at + 8);
  if (change.crc32 !== undefined) changed.writeUInt32LE(change.crc32, at + 16);
  if (change.compressedSize !== undefined) changed.writeUInt32LE(change.compressedSize, at + 20);
  if (change.uncompressedSize !== undefined) changed.writeUInt32LE(change.uncompressedSize, at + 24);
  if (change.externalFileAttributes !== undefined) changed.writeUInt32LE(change.externalFileAttributes, at + 38);
  if (change.fileName !== undefined) changed.write(change.fileName, at + fixedBytes, 'utf8');
  return changed;
}
