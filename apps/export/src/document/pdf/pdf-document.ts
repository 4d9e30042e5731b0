import type { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { Content } from '../document.js';
import { contentWidth, openPages, type Pages } from './pages.js';
import { writeSection } from './sections.js';
import { writeSummary } from './summary.js';
import { wordsOf } from './words.js';

interface TocEntry {
  title: string;
  page: number;
  /** Where a click on it leads. */
  destination: string;
}

/**
 * The document for people to read: A4, tagged (ISO 32000-1 §14.8), with title page, contents, summary and a section for
 * each part. Its length is bounded, so its pages can wait in memory until their numbers are known.
 */
export function pdfDocument(content: Content): Readable {
  const { manifest } = content;
  const title = manifest.scope === 'self' ? 'A copy of your data' : 'A copy of the account’s data';
  const pages = openPages({
    ...{ title, subject: `Export ${manifest.export_id} of ${manifest.created_at}` },
    created: new Date(manifest.created_at),
  });
  write(pages, content, title).catch((error: unknown) => pages.doc.destroy(error as Error));
  return pages.doc;
}

async function write(pages: Pages, content: Content, title: string): Promise<void> {
  const { doc } = pages;
  const person = await personOf(content);
  writeTitle(pages, content, title, person);
  pages.newPage();
  const contentsPage = pages.page();
  doc.outline.addItem('Contents');
  pages.newPage();
  const entries: TocEntry[] = [{ title: 'Summary', page: pages.page(), destination: 'summary' }];
  doc.outline.addItem('Summary');
  doc.addNamedDestination('summary');
  writeSummary(pages, content, person);
  for (const part of content.parts) {
    const page = await writeSection(pages, part);
    entries.push({ title: wordsOf(part.part).title, page, destination: part.part });
  }
  doc.switchToPage(contentsPage - 1);
  writeContents(pages, entries);
  await writeEdges(pages, title);
  pages.end();
  doc.end();
}

/** How the person is called, where the export has their record. */
async function personOf({ manifest, parts }: Content): Promise<string | null> {
  const user = manifest.scope === 'self' ? parts.find(({ part }) => part === 'user') : undefined;
  for await (const json of user?.items_json() ?? []) {
    const { name, email } = JSON.parse(json.toString('utf8')) as { name?: unknown; email?: unknown };
    return [name, email].filter((each) => typeof each === 'string').join(', ') || null;
  }
  return null;
}

function writeTitle(pages: Pages, { manifest }: Content, title: string, person: string | null): void {
  pages.newPage();
  pages.doc.outline.addItem(title);
  pages.doc.y = 260;
  pages.heading(title, 1);
  if (person) pages.paragraph(person, { size: 12 });
  pages.paragraph(`Account ${manifest.account_id}`, { pale: true });
  pages.paragraph(`Made on ${manifest.created_at.slice(0, 10)}`, { pale: true });
  pages.paragraph('Confidential: it holds personal data.', { pale: true });
}

/** On one page: there are fewer parts than lines. */
function writeContents(pages: Pages, entries: readonly TocEntry[]): void {
  const { doc } = pages;
  doc.x = doc.page.margins.left;
  doc.y = doc.page.margins.top;
  pages.heading('Contents', 1);
  for (const { title, page, destination } of entries) {
    doc.font('plain').fontSize(10);
    const dots = Math.floor((contentWidth(doc) - doc.widthOfString(`${title}  ${page} `)) / doc.widthOfString('.')) - 1;
    pages.paragraph(`${title} ${'.'.repeat(Math.max(3, dots))} ${page}`, { size: 10, goTo: destination });
  }
}

async function writeEdges(pages: Pages, title: string): Promise<void> {
  const { doc } = pages;
  const { count } = doc.bufferedPageRange();
  for (let at = 0; at < count; at++) {
    doc.switchToPage(at);
    if (at > 0) pages.atEdge(title, 32);
    pages.atEdge(`Page ${at + 1} of ${count}`, doc.page.height - 40);
    await turn();
  }
}
