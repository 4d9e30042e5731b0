import { setImmediate as turn } from 'node:timers/promises';
import type { DocumentPart } from '../document.js';
import { flatten, type Flat } from '../flatten.js';
import type { Pages } from './pages.js';
import { bounds } from './summary.js';
import { labelOf, purposeLine, valueOf, wordsOf } from './words.js';

/** One part on pages of its own, with its heading, what it is about and its items. @returns its first page */
export async function writeSection(pages: Pages, part: DocumentPart): Promise<number> {
  const { title, about } = wordsOf(part.part);
  pages.newPage();
  const first = pages.page();
  pages.doc.outline.addItem(title);
  pages.doc.addNamedDestination(part.part);
  pages.heading(title, 1);
  if (about) pages.paragraph(about, { pale: true });
  for (const purpose of part.purposes) pages.paragraph(`Processed ${purposeLine(purpose)}.`, { pale: true, size: 8.5 });
  if (part.items === 0) pages.paragraph('There is nothing here.');
  let count = 0;
  for await (const json of part.items_json()) {
    if (count === bounds.items || pages.page() > bounds.pages) break;
    count++;
    if (part.kind === 'many') pages.heading(`${count}`, 3);
    writeItem(pages, flatten(JSON.parse(json.toString('utf8'))));
    // Setting type is work of this process alone: between two items others have their turn.
    await turn();
  }
  if (count < part.items) {
    pages.paragraph(`${part.items - count} more entries are not shown here; the JSON form of the export has them all.`);
  }
  return first;
}

function writeItem(pages: Pages, { cells, files }: Flat): void {
  for (const { file } of files) {
    // A JPEG is taken over as it is; other pictures would have to be read here, and evidence is anybody's.
    const isShown = file.media_type === 'image/jpeg' && pages.picture(Buffer.from(file.base64, 'base64'), 'A picture');
    if (!isShown) {
      pages.paragraph(`A file (${file.media_type}, ${file.bytes} bytes): see the JSON or CSV form of the export.`);
    }
  }
  for (const [name, cell] of cells) pages.row(labelOf(name), shortened(valueOf(cell)));
  pages.doc.moveDown(0.5);
}

function shortened(text: string): string {
  const chars = [...text.slice(0, bounds.valueChars * 2)];
  if (chars.length <= bounds.valueChars) return text;
  return `${chars.slice(0, bounds.valueChars).join('')} … (cut here; the JSON form has all ${text.length} characters)`;
}
