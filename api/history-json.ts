/** One event of a workflow's history: proto JSON with its payloads decoded. */
export interface HistoryEvent {
  eventId: string;
  eventTime: string;
  /** 'TIMER_STARTED', … */
  eventType: string;
  [attributes: string]: unknown;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const text = (base64: Json | undefined): string =>
  typeof base64 === 'string' ? Buffer.from(base64, 'base64').toString('utf8') : '';

/** The value of a payload; what is encrypted or binary is only named. */
function payloadValue(metadata: { [key: string]: Json }, data: Json | undefined): Json {
  const encoding = text(metadata['encoding']);
  if (encoding === 'binary/null') return null;
  if (!encoding.startsWith('json/')) return { encoding };
  try {
    return JSON.parse(text(data)) as Json;
  } catch {
    return { encoding };
  }
}

function decode(value: Json): Json {
  if (Array.isArray(value)) return value.map(decode);
  if (!isObject(value)) return value;
  const { metadata, data, payloads } = value;
  if (isObject(metadata) && typeof metadata['encoding'] === 'string') return payloadValue(metadata, data);
  if (Array.isArray(payloads) && Object.keys(value).length === 1) return payloads.map(decode);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, decode(inner)]));
}

/** The events of a history in proto JSON, readable: payloads as the values they hold, types without their prefix. */
export function decodedEvents(protoJson: string): HistoryEvent[] {
  const { events = [] } = JSON.parse(protoJson) as { events?: Json[] };
  return events.filter(isObject).map((event) => ({
    ...(decode(event) as { [key: string]: Json }),
    eventId: String(event['eventId']),
    eventTime: new Date(String(event['eventTime'])).toISOString(),
    eventType: String(event['eventType']).replace(/^EVENT_TYPE_/, ''),
  }));
}
