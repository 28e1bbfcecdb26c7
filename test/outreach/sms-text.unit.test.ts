import { describe, expect, test } from 'vitest';
import { textFault } from '../../domain/outreach/message.ts';

const fault = (text: string) => textFault('sms', 'neutral', text);

describe('a text that goes by SMS', () => {
  test.each([
    [
      'url',
      [
        '见 bit.ly/3abc',
        'example.shop',
        '请见ｂｉｔ.ｌｙ',
        'bit。ly/3',
        'our-shop.example.co.uk',
        '例子.中国',
        '10.0.0.1/x',
        'a@b.example',
      ],
    ],
    [
      'amount',
      [
        '12,000',
        '共１２，０００',
        '一万二千元',
        '伍佰圆整',
        '人民币三万',
        '五千多元',
        'two thousand',
        '12k',
        '300 dollars',
        '1,234,567',
      ],
    ],
    [
      'debt-word',
      [
        ...['尚欠一笔', '尾款', '请结清', '应收', '未付', '请付清', '催办款', '欠-款', '逾 期'],
        ...[
          'outstanding items',
          'your balance',
          'please settle',
          'settlement',
          'your bill',
          'billing',
          'it is due',
          'not yet paid',
        ],
      ],
    ],
  ] as const)('has no %s in it', (kind, texts) => {
    for (const text of texts) expect([text, fault(text)]).toEqual([text, kind]);
  });

  test.each([
    '【财务服务部】您好，请在工作时间与我们联系：021-5555 0100。谢谢！回复TD退订',
    'Meridian Medical Co.Ltd: please contact us on +86 21 5555 0100. Thank you. Reply STOP to opt out.',
    '请于周三 9:30 后来电，一起沟通。',
    'Please call Dr.Wang, e.g. tomorrow at 9 a.m., on 021 5555 0100.',
    '网络欠佳时请致电 400-820-8820。',
  ])('may say: %s', (text) => expect(fault(text)).toBeNull());
});
