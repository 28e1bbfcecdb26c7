import { filterFrom } from '../platform/dates.ts';
import { z } from 'zod';
import { businessDate, currency, externalId, money, pageOf, pageQuery } from '../platform/common.ts';

export const ageingQuery = z.strictObject({
  ...pageQuery,
  customer: externalId.optional(),
  asOf: filterFrom.optional().meta({ description: 'A day of the past; today without it.' }),
});

export const ageingRow = z
  .strictObject({
    customer: externalId,
    currency,
    asOf: businessDate,
    open: money,
    notDue: money,
    days1to30: money,
    days31to60: money,
    days61to90: money,
    over90: money,
    disputed: money.meta({ description: 'Of the open amount.' }),
    unapplied: money.meta({ description: 'Payments and credits that lay on no invoice.' }),
    writtenOff: money.meta({ description: 'Written off until then and not taken back.' }),
    recovered: money.meta({ description: 'What of it had come in.' }),
    balance: money.meta({ description: 'Open, less unapplied: the total of a statement of that day.' }),
  })
  .meta({ id: 'AgeingRow' });
export const ageingPage = pageOf(ageingRow);
