import { expect, test } from '@jest/globals';
import type { DescMethod } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { generateAnswer } from '../conformance/differential/generated-answer.ts';
import { probeApi } from '../conformance/differential/subjects.ts';
import { chooser } from '../conformance/fuzz-requests.ts';
import { DEFAULT_OPTIONS } from '../src/index.ts';
import { JsonPrinter } from '../src/wire/print-message.ts';
import { JsonText } from '../src/wire/json-text.ts';
import { printOrdered } from '../src/wire/print-ordered.ts';
import { printTimestamp } from '../src/wire/print-time.ts';
import { WireReader } from '../src/wire/wire-reader.ts';

const { registry } = probeApi();
const methods: DescMethod[] = [...registry].flatMap((type) => (type.kind === 'service' ? type.methods : []));
const printer = new JsonPrinter(registry, DEFAULT_OPTIONS);

function attempt(print: () => string | undefined): string | undefined {
  try {
    return print();
  } catch (error) {
    return `failed: ${(error as Error).message}`;
  }
}

/** A message, cut short or with one bit turned at times. */
function* messages(seeds: number) {
  for (let seed = 1; seed <= seeds; seed++) {
    const choose = chooser(seed);
    for (const method of methods) {
      const { output } = method;
      for (const sent of generateAnswer(choose, method).bytes ?? []) {
        const bytes = Buffer.from(sent);
        yield { output, bytes };
        yield { output, bytes: bytes.subarray(0, choose.number(bytes.length + 1)) };
        if (bytes.length === 0) continue;
        const turned = Buffer.from(bytes);
        const at = choose.number(bytes.length);
        turned[at] = (turned[at] as number) ^ (1 << choose.number(8));
        yield { output, bytes: turned };
      }
    }
  }
}

test('the printer for ordered messages says the same as the one for all messages', () => {
  let inOrder = 0;
  let all = 0;
  for (const { output, bytes } of messages(100)) {
    const slow = attempt(() => printer.message(output, new WireReader(bytes), 0));
    expect(attempt(() => printer.print(output, bytes))).toBe(slow);
    const plan = printer.planOf(output);
    const out = new JsonText();
    const ordered = attempt(() =>
      printOrdered(printer, out, plan, new WireReader(bytes), bytes.length, 0) ? out.take() : 'in another way',
    );
    all++;
    if (ordered === slow) inOrder++;
  }
  expect(inOrder / all).toBeGreaterThan(0.2);
});

test('times are printed as Date prints them', () => {
  const choose = chooser(7);
  const seconds = [0, -1, 951_782_400, 951_868_799, 253_402_300_799, -62_135_596_800, -62_135_596_799];
  for (let count = 0; count < 2000; count++) seconds.push(choose.number(315_537_897_599) - 62_135_596_800);
  for (const second of seconds) {
    const bytes = Buffer.from(new BinaryWriter().tag(1, 0).int64(second).finish());
    const expected = `"${new Date(second * 1000).toISOString().replace('.000Z', 'Z')}"`;
    expect(printTimestamp(new WireReader(bytes))).toBe(expected);
  }
});
