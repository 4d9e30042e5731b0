import PDFDocument from 'pdfkit';

type Doc = PDFKit.PDFDocument;
type Element = PDFKit.PDFStructureElement;

/** DejaVu Sans: free to embed; Latin, Cyrillic, Greek, Armenian, Georgian, and the letters of Hebrew and Arabic. */
const [plainFile, boldFile] = ['DejaVuSans', 'DejaVuSans-Bold'].map((name) =>
  require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`),
) as [string, string];

const margins = { top: 64, bottom: 64, left: 56, right: 56 };
const ink = '#1a1a1a';
const pale = '#5a5a5a';

/** A tagged A4 document that is written from top to bottom, and what it is written with. */
export interface Pages {
  doc: Doc;
  /** Number of the page at hand, from 1. */
  page(): number;
  newPage(): void;
  heading(text: string, level: 1 | 2 | 3): void;
  paragraph(text: string, look?: { pale?: boolean; size?: number; goTo?: string }): void;
  /** A name in bold, and what it is. */
  row(name: string, value: string): void;
  /** Shows a JPEG. @returns false for what is none */
  picture(bytes: Buffer, says: string): boolean;
  /** What stands at the edge of a page and is no content: not read aloud. */
  atEdge(text: string, y: number): void;
  /** Ends the structure; nothing can be written after it. */
  end(): void;
}

export interface About {
  title: string;
  subject: string;
  created: Date;
}

export function openPages({ title, subject, created }: About): Pages {
  const doc = new PDFDocument({
    ...{ size: 'A4', margins, font: plainFile, bufferPages: true, autoFirstPage: false, pdfVersion: '1.7' },
    ...{ lang: 'en', tagged: true, displayTitle: true },
    // Of the content and not of the clock: what is made again is the same.
    info: { Title: title, Subject: subject, Creator: 'Annals', Producer: 'Annals', CreationDate: created },
  });
  doc.registerFont('plain', plainFile).registerFont('bold', boldFile);
  const root = doc.struct('Document');
  doc.addStructure(root);
  const tagged = (tag: string, write: () => void, options?: PDFKit.Mixins.StructureElementOptions) => {
    const element: Element = doc.struct(tag, options ?? {}, write);
    root.add(element);
    element.end();
  };
  const readable = readableWith(doc);
  const sizes = { 1: 20, 2: 13, 3: 10 } as const;

  return {
    doc,
    page: () => doc.bufferedPageRange().count,
    newPage: () => void doc.addPage(),
    heading(text, level) {
      // A heading does not stand alone at the foot of a page.
      if (level > 1 && doc.y > doc.page.height - margins.bottom - 60) doc.addPage();
      tagged(`H${level}`, () => doc.font('bold').fontSize(sizes[level]).fillColor(ink).text(readable(text)));
      doc.moveDown(level === 1 ? 0.6 : 0.3);
    },
    paragraph(text, { pale: isPale = false, size = 9.5, goTo } = {}) {
      const write = () =>
        doc
          .font('plain')
          .fontSize(size)
          .fillColor(isPale ? pale : ink)
          .text(readable(text), { lineGap: 2, goTo });
      tagged('P', write);
      doc.moveDown(0.4);
    },
    row(name, value) {
      tagged('P', () => {
        doc
          .fontSize(9)
          .fillColor(ink)
          .font('bold')
          .text(`${readable(name)}: `, { continued: true, lineGap: 1 });
        doc.font('plain').text(readable(value), { lineGap: 1 });
      });
    },
    picture(bytes, says) {
      if (bytes[0] !== 0xff || bytes[1] !== 0xd8) return false;
      let image: object;
      try {
        image = (doc as unknown as { openImage(bytes: Buffer): object }).openImage(bytes);
      } catch {
        return false;
      }
      if (doc.y > doc.page.height - margins.bottom - 200) doc.addPage();
      tagged('Figure', () => doc.image(image as never, { fit: [180, 180] }), { alt: says });
      doc.moveDown();
      return true;
    },
    atEdge(text, y) {
      const { bottom } = doc.page.margins;
      // What is written below the margin would begin a page of its own.
      doc.page.margins.bottom = 0;
      doc.markContent('Artifact', { type: 'Pagination' });
      doc
        .font('plain')
        .fontSize(8)
        .fillColor(pale)
        .text(readable(text), margins.left, y, { align: 'center', lineBreak: false, width: contentWidth(doc) });
      doc.endMarkedContent();
      doc.page.margins.bottom = bottom;
    },
    end: () => root.end(),
  };
}

export const contentWidth = (doc: Doc): number => doc.page.width - margins.left - margins.right;

/** Text in the letters that the font has: others are written by their code point, and controls left out. */
function readableWith(doc: Doc): (text: string) => string {
  const { font } = (doc as unknown as { _font: { font: { hasGlyphForCodePoint(point: number): boolean } } })._font;
  const known = new Map<string, string>();
  const letter = (char: string): string => {
    const point = char.codePointAt(0)!;
    if (char === '\n') return char;
    if (char === '\t') return '    ';
    if (/^[\p{Cc}\p{Cs}]$/u.test(char)) return '';
    // Joins and chooses among forms of the letters before it: nothing of its own.
    if (point === 0x200d || (point >= 0xfe00 && point <= 0xfe0f)) return '';
    return font.hasGlyphForCodePoint(point) ? char : `[U+${point.toString(16).toUpperCase().padStart(4, '0')}]`;
  };
  return (text) => {
    if (/^[\x20-\x7e\n]*$/.test(text)) return text;
    let out = '';
    for (const char of text) {
      const shown = known.get(char) ?? letter(char);
      known.set(char, shown);
      out += shown;
    }
    return out;
  };
}
