import { Readable, pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { FileFault, fileBounds } from './fault.ts';

const END = 0x06054b50;
const END64_LOCATOR = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT = 0xffff;
const MAX_32 = 0xffffffff;
const CHUNK = 65_536;

/** One packed file. Sizes are what the archive claims; reading holds it to them. */
interface Entry {
  method: number;
  packed: number;
  size: number;
  crc: number;
  offset: number;
}

/** A zip archive in memory (APPNOTE 6.3 with zip64, no encryption); its files are unpacked as they are read, and never beyond the bounds. */
export class Zip {
  readonly #bytes: Buffer;
  readonly #entries: ReadonlyMap<string, Entry>;

  /** Throws FileFault when the archive is damaged, encrypted or claims to unpack to more than is allowed. */
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    try {
      this.#entries = directoryOf(bytes);
    } catch (error) {
      throw error instanceof RangeError ? new FileFault('file-damaged', { part: 'zip' }) : error;
    }
    const size = [...this.#entries.values()].reduce((sum, entry) => sum + entry.size, 0);
    if (size > fileBounds.unpackedBytes)
      throw new FileFault('file-too-large', { limit: `${fileBounds.unpackedBytes / 2 ** 20} MiB` });
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** The content of a file, piece by piece. Throws FileFault when it is absent, damaged or larger than the archive claims. */
  async *read(name: string): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name);
    if (!entry) throw new FileFault('file-damaged', { part: name });
    let left = entry.size;
    let crc = 0;
    try {
      for await (const piece of this.#unpacked(entry)) {
        left -= piece.length;
        if (left < 0) throw new FileFault('file-damaged', { part: name });
        crc = crc32(piece, crc);
        yield piece;
      }
    } catch (error) {
      if (error instanceof FileFault) throw error;
      throw new FileFault('file-damaged', { part: name });
    }
    if (left !== 0 || crc !== entry.crc) throw new FileFault('file-damaged', { part: name });
  }

  #unpacked(entry: Entry): AsyncIterable<Buffer> {
    const { offset, packed, method } = entry;
    if (this.#bytes.readUInt32LE(offset) !== LOCAL) throw new RangeError('no local header');
    const start = offset + LOCAL_BYTES + this.#bytes.readUInt16LE(offset + 26) + this.#bytes.readUInt16LE(offset + 28);
    if (start + packed > this.#bytes.length) throw new RangeError('cut short');
    const pieces = Readable.from(piecesOf(this.#bytes.subarray(start, start + packed)), { objectMode: false });
    if (method === 0) return pieces;
    if (method !== 8) throw new RangeError('unknown method');
    // Its error reaches whoever reads it.
    return pipeline(pieces, createInflateRaw(), () => undefined);
  }
}

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

function directoryOf(bytes: Buffer): Map<string, Entry> {
  let at = endOf(bytes);
  const entries = new Map<string, Entry>();
  while (at + ENTRY_BYTES <= bytes.length && bytes.readUInt32LE(at) === ENTRY) {
    const nameLength = bytes.readUInt16LE(at + 28);
    const extraLength = bytes.readUInt16LE(at + 30);
    if ((bytes.readUInt16LE(at + 8) & 1) === 1) throw new FileFault('file-old-excel');
    const name = bytes.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameLength).replace(/^\//, '');
    const extra = bytes.subarray(at + ENTRY_BYTES + nameLength, at + ENTRY_BYTES + nameLength + extraLength);
    if (entries.size >= fileBounds.entries || entries.has(name)) throw new RangeError('too many entries, or one twice');
    entries.set(name, entryAt(bytes, at, extra));
    at += ENTRY_BYTES + nameLength + extraLength + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

/** Sizes that do not fit 32 bits stand in the extra field 1, in this order, only those that do not fit. */
function entryAt(bytes: Buffer, at: number, extra: Buffer): Entry {
  const wide = wideField(extra);
  let next = 0;
  const sized = (value: number): number => {
    if (value !== MAX_32) return value;
    next += 8;
    return Number(wide.readBigUInt64LE(next - 8));
  };
  const size = sized(bytes.readUInt32LE(at + 24));
  const packed = sized(bytes.readUInt32LE(at + 20));
  const [method, crc] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 16)];
  return { method, crc, size, packed, offset: sized(bytes.readUInt32LE(at + 42)) };
}

function wideField(extra: Buffer): Buffer {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === 1) return extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
  }
  return Buffer.alloc(0);
}

/** Where the directory begins. */
function endOf(bytes: Buffer): number {
  for (let at = bytes.length - END_BYTES; at >= Math.max(0, bytes.length - END_BYTES - MAX_COMMENT); at -= 1) {
    if (bytes.readUInt32LE(at) !== END) continue;
    const offset = bytes.readUInt32LE(at + 16);
    if (offset !== MAX_32) return offset;
    if (bytes.readUInt32LE(at - 20) !== END64_LOCATOR) throw new RangeError('no zip64 locator');
    return Number(bytes.readBigUInt64LE(Number(bytes.readBigUInt64LE(at - 12)) + 48));
  }
  throw new RangeError('no end of directory');
}
