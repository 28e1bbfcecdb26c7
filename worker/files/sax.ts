import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';
import { FileFault } from './fault.ts';
import type { Zip } from './zip.ts';

/** What a reader of XML hears; names come without their prefix. */
export interface Heard {
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  close(name: string): void;
  text(text: string): void;
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/**
 * Reads a part of a workbook, telling `heard` of it, and stops between pieces so that what was heard can be passed on. Entities are
 * those of XML only, so nothing can be made to grow. Throws FileFault when it is not well formed.
 */
export async function* heardIn(zip: Zip, part: string, heard: Heard): AsyncGenerator<void> {
  const decoder = new StringDecoder('utf8');
  const parser = new SaxesParser<{ position: false; xmlns: false }>({ position: false, xmlns: false });
  parser.on('opentag', ({ name, attributes }) => heard.open(local(name), attributes));
  parser.on('closetag', ({ name }) => heard.close(local(name)));
  parser.on('text', (text) => heard.text(text));
  parser.on('cdata', (text) => heard.text(text));
  parser.on('error', () => {
    throw new FileFault('file-damaged', { part });
  });
  for await (const piece of zip.read(part)) {
    parser.write(decoder.write(piece));
    yield;
  }
  parser.write(decoder.end()).close();
  yield;
}

/** Reads a small part at once. */
export async function hear(zip: Zip, part: string, heard: Heard): Promise<void> {
  const pieces = heardIn(zip, part, heard);
  while (!(await pieces.next()).done);
}
