// Hugging Face's Rust tokenizers for TokenizerBenchmark: for every line on stdin, a new tokenizer encodes all texts twice, one after the
// other. Prints the seconds of the first pass, those of the second, and a checksum of the tokens.
//   node tokenizer.mjs TOKENIZER_JSON TEXTS_JSON
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import tokenizers from '@anush008/tokenizers';

const [file, textFile] = process.argv.slice(2);
const texts = JSON.parse(readFileSync(textFile, 'utf8'));

async function pass(tokenizer, use) {
  const start = process.hrtime.bigint();
  for (const text of texts) use(await tokenizer.encode(text));
  return Number(process.hrtime.bigint() - start) / 1e9;
}

for await (const _ of createInterface({ input: process.stdin })) {
  const tokenizer = tokenizers.Tokenizer.fromFile(file);
  const encodings = [];
  const first = await pass(tokenizer, (encoding) => encodings.push(encoding));
  const second = await pass(tokenizer, () => {});
  let checksum = 0;
  for (const encoding of encodings) for (const id of encoding.getIds()) checksum = (Math.imul(checksum, 31) + id) >>> 0;
  console.log(first, second, checksum);
}
