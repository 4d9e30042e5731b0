import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface ReadPdf {
  /** Text of each page, by lines. */
  pages: string[];
  outline: string[];
  language: string | null;
  title: string | null;
  tagged: boolean;
  /** Roles of the elements of each page's structure. */
  roles: string[][];
  /** Pages that links of the second page lead to, from 1. */
  links: number[];
  pictures: number;
  size: number[];
}

const program = `
import { buffer } from 'node:stream/consumers';
import { getDocumentProxy } from 'unpdf';
const pdf = await getDocumentProxy(new Uint8Array(await buffer(process.stdin)));
const { info } = await pdf.getMetadata();
const rolesOf = (node) => [node?.role, ...(node?.children ?? []).flatMap(rolesOf)].filter(Boolean);
const out = { pages: [], roles: [], links: [], pictures: 0, outline: (await pdf.getOutline() ?? []).map(({ title }) => title),
  language: info.Language ?? null, title: info.Title ?? null, tagged: (await pdf.getMarkInfo())?.Marked === true };
for (let n = 1; n <= pdf.numPages; n++) {
  const page = await pdf.getPage(n);
  out.size = page.view.slice(2);
  const { items } = await page.getTextContent();
  out.pages.push(items.map(({ str, hasEOL }) => str + (hasEOL ? '\\n' : '')).join(''));
  out.roles.push(rolesOf(await page.getStructTree()));
  out.pictures += (await page.getOperatorList()).fnArray.filter((fn) => fn === 85).length;
  if (n !== 2) continue;
  for (const { dest } of await page.getAnnotations()) {
    const [ref] = await pdf.getDestination(dest);
    out.links.push((await pdf.getPageIndex(ref)) + 1);
  }
}
process.stdout.write(JSON.stringify(out));
`;

/** A PDF as pdf.js reads it: in a process of its own, since it is a module of the kind that specs are not. */
export async function readPdf(bytes: Buffer): Promise<ReadPdf> {
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], { maxBuffer: 2 ** 26 });
  run.child.stdin!.end(bytes);
  return JSON.parse((await run).stdout) as ReadPdf;
}
