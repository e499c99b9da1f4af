/** Reads how many bytes each part of a WebAssembly module takes: its functions by name, and its sections. */
export function parts(bytes) {
  const reader = new Reader(bytes, 8);
  const sections = [];
  let bodies = [];
  let imported = 0;
  let names = new Map();
  while (!reader.atEnd) {
    const id = reader.byte();
    const section = reader.part(reader.number());
    if (id === importSection) imported = countImportedFunctions(section);
    else if (id === codeSection) bodies = section.list(() => section.skip(section.number()));
    else if (id === customSection && section.text() === "name") names = functionNames(section);
    if (id !== customSection && id !== codeSection) sections.push({ id, bytes: section.length });
  }
  const functions = bodies.map((length, place) => ({ name: names.get(imported + place), bytes: length }));
  return { functions, sections };
}

export const dataSection = 11;
const customSection = 0;
const importSection = 2;
const codeSection = 10;

function countImportedFunctions(section) {
  const kinds = section.list(() => {
    section.text();
    section.text();
    const kind = section.byte();
    if (kind === 0) section.number();
    else if (kind === 1) section.limits(section.byte());
    else if (kind === 2) section.limits();
    else section.skip(2);
    return kind;
  });
  return kinds.filter((kind) => kind === 0).length;
}

function functionNames(section) {
  const names = new Map();
  while (!section.atEnd) {
    const id = section.byte();
    const sub = section.part(section.number());
    if (id === 1) sub.list(() => names.set(sub.number(), sub.text()));
  }
  return names;
}

class Reader {
  constructor(bytes, offset = 0) {
    this.bytes = bytes;
    this.offset = offset;
  }

  get length() {
    return this.bytes.length;
  }

  get atEnd() {
    return this.offset >= this.bytes.length;
  }

  byte() {
    return this.bytes[this.offset++];
  }

  /** An unsigned LEB128 number. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  text() {
    return new TextDecoder().decode(this.part(this.number()).bytes);
  }

  list(read) {
    return Array.from({ length: this.number() }, read);
  }

  limits() {
    const hasMaximum = this.byte() & 1;
    this.number();
    if (hasMaximum) this.number();
  }

  skip(count) {
    this.offset += count;
    return count;
  }

  part(count) {
    this.offset += count;
    return new Reader(this.bytes.subarray(this.offset - count, this.offset));
  }
}
