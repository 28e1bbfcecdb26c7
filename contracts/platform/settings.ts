import { z } from 'zod';
import { goLiveParts } from '../../domain/outreach/going-live.ts';
import { line, reason } from './common.ts';
import { documentDate } from './dates.ts';

const words = (max: number) => z.strictObject({ zh: line(max), en: line(max) });

export const firstContactRule = z
  .strictObject({
    perDay: z
      .int()
      .min(1)
      .max(1000)
      .meta({ description: 'So many taken-over customers a day, the oldest and largest debts first.' }),
    statementFirst: z.boolean().meta({ description: 'Their first letter is a statement, in the place of a reminder or demand.' }),
  })
  .meta({ id: 'FirstContactRule' });

const seller = {
  name: words(80),
  phone: line(40),
  email: z.email().max(200).or(z.literal('')),
  account: z.strictObject({ holder: line(120), bank: line(120), number: line(60) }),
  signature: words(200),
};
const goLive = {
  collectFrom: documentDate.nullable().meta({ description: 'Steps dated before it are not taken; null: there is no past.' }),
  history: z.enum(['complete', 'open-items']).meta({
    description: 'What was taken over of the past. By `open-items` a customer with an older item does not count as new.',
  }),
  firstContact: firstContactRule.nullable().meta({ description: 'Null: taken-over customers are contacted as planned.' }),
};

export const writeSellerBody = z.strictObject({ ...seller, email: seller.email.default(''), reason }).meta({
  id: 'WriteSeller',
  example: {
    name: { zh: '示例医疗', en: 'Example Medical' },
    phone: '021-55550100',
    email: 'ar@seller.example',
    account: { holder: 'Example Medical Co., Ltd.', bank: 'Bank of Example, Shanghai', number: '6222 0000 0000 0000' },
    signature: { zh: '示例医疗财务部', en: 'Example Medical, Accounts' },
    reason: 'Going live',
  },
});
export const writeGoLiveBody = z.strictObject({ ...goLive, reason }).meta({
  id: 'WriteGoLive',
  example: {
    collectFrom: '2026-09-01',
    history: 'open-items',
    firstContact: { perDay: 10, statementFirst: true },
    reason: 'Going live',
  },
});

const loose = z.strictObject({ zh: z.string(), en: z.string() });
export const settingsAnswer = z
  .strictObject({
    seller: z
      .strictObject({
        name: loose.nullable(),
        phone: z.string(),
        email: z.string(),
        account: z.strictObject({ holder: z.string(), bank: z.string(), number: z.string() }).nullable(),
        signature: loose.nullable(),
      })
      .meta({ description: 'What letters say of us.' }),
    goLive: z.strictObject(goLive).nullable(),
    missing: z
      .array(z.strictObject({ part: z.enum(goLiveParts), message: z.string() }))
      .meta({ description: 'Without these nothing leaves.' }),
  })
  .meta({ id: 'Settings' });
