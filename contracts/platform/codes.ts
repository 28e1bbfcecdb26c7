import { z } from 'zod';

export const codeList = z
  .strictObject({
    data: z.array(
      z.strictObject({
        field: z.string().meta({ example: 'receivable.stage' }),
        code: z.string().meta({ example: 'reminder' }),
        text: z.string().meta({ description: 'In the language of the request.' }),
      }),
    ),
  })
  .meta({ id: 'CodeList' });
