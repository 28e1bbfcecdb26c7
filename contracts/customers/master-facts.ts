import { z } from 'zod';
import { enterable, factTable } from '../../domain/credit/facts.ts';
import type { FactName } from '../../domain/credit/facts.ts';
import { datesInFact, factShape, readFactValue } from '../../domain/credit/fact-values.ts';
import { documentDate, line, note, refused } from '../platform/common.ts';
import { boundDate } from '../platform/dates.ts';
import { written } from '../platform/faults.ts';

/** What shows that something is so: in words, by reference, or by the hash of a file. */
export const evidence = z
  .strictObject({
    text: note(2000).optional(),
    reference: line(200).optional().meta({ description: 'Number of a document, address of a page.' }),
    sha256: z
      .string()
      .regex(written(/^[0-9a-f]{64}$/, 'sha256'))
      .optional()
      .meta({ description: 'Hash of the file that shows it.' }),
  })
  .refine((given) => Object.values(given).some((text) => text !== undefined && text !== ''), refused('evidence-missing'))
  .meta({ id: 'Evidence' });

/** A fact's value as it is sent. */
export const factValue = z.unknown().meta({
  description:
    'As the definition of the fact has it; amounts: [{"currency", "amount"}], list entries: [{"list", "since", "reference"}].',
});

/** Profile facts beside a customer's master data. A secret one has its own route, which keeps it out of the customer's record. */
export const masterFacts = z
  .partialRecord(
    z.enum(enterable.filter((name) => !factTable[name].secret)),
    z.strictObject({ value: factValue, asOf: documentDate, evidence: evidence.optional() }),
  )
  .superRefine((facts, context) => {
    for (const [name, fact] of Object.entries(facts) as [FactName, { value?: unknown; evidence?: unknown }][]) {
      const { evidence: needed } = factTable[name];
      const read = readFactValue(name, fact.value);
      if (read === undefined)
        context.addIssue({ code: 'custom', path: [name, 'value'], ...refused('fact-value', { ...factShape(name) }) });
      else for (const date of datesInFact(name, read)) boundDate('since', context, date, [name, 'value']);
      if (needed && fact.evidence === undefined)
        context.addIssue({ code: 'custom', path: [name, 'evidence'], ...refused('evidence-missing', { fact: name }) });
    }
  })
  .meta({ description: 'Profile facts, each with its "asOf" date.' });
