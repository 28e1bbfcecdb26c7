/**
 * The floor of Job D in a process of its own: Express, a schema, and one named statement that locks the account, compares, reserves and
 * writes order, line, decision, entry and audit: no policy, no dates, no groups, no holds, no credentials.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { z } from 'zod';
import { openPool } from '../store/platform/database.ts';
import { inputOf, serve } from './child-side.ts';
import { benchConfig } from './config.ts';

const config = benchConfig(inputOf<{ url: string; address: string; namespace: string }>());
const pool = openPool({ url: config.databaseUrl, max: config.databasePool, applicationName: 'bench-floor' });

const line = z.strictObject({ line: z.int(), item: z.string(), quantity: z.string(), unitPrice: z.string() });
const order = z.strictObject({
  customer: z.string(),
  currency: z.string(),
  requestedShipDate: z.string(),
  lines: z.array(line).min(1),
});

const RESERVE = `
  with a as (
    update credit_account a set reserved_minor = a.reserved_minor + case when fits then $5::bigint else 0 end, version = a.version + 1
    from (select m.account_id, m.customer_id, c.reserved_minor + c.open_minor + $5::bigint <= l.amount_minor as fits
      from customer k join credit_member m on m.customer_id = k.id and m.currency = $3 join credit_account c on c.id = m.account_id
        join credit_limit l on l.account_id = c.id where k.external_id = $2 for no key update of c) x
    where a.id = x.account_id returning a.id, a.version, a.reserved_minor, x.customer_id, x.fits),
  o as (
    insert into sales_order (external_id, customer_id, account_id, currency, requested_ship_date, amount_minor, decision, put_by, content_hash, created_at, updated_at)
    select $1, a.customer_id, a.id, $3, $4::date, $5::bigint, case when a.fits then 'approved' else 'held' end, 'floor', '', now(), now() from a
    returning id, decision),
  l as (
    insert into order_line (order_id, line, item, quantity, unit_price, amount_minor, reserved_minor, held_minor)
    select o.id, 1, $6, 1, '1', $5::bigint, case when o.decision = 'approved' then $5::bigint else 0 end, case when o.decision = 'held' then $5::bigint else 0 end from o),
  d as (
    insert into order_decision (order_id, version, at, decision, amount_minor, reasons, before_minor, after_minor, account_version, policy_version, actor)
    select o.id, 1, now(), o.decision, $5::bigint, '[]', 0, a.reserved_minor, a.version, 'floor', 'floor' from o, a),
  e as (
    insert into exposure_entry (account_id, bucket, on_date, delta_minor, cause, cause_id, business_at)
    select a.id, 'reserved', $4::date, $5::bigint, 'order', o.id::text, now() from a, o where a.fits),
  u as (
    insert into audit (business_at, actor_kind, actor_id, action, subject_kind, subject_id, customer_id)
    select now(), 'system', 'floor', 'order.put', 'order', o.id::text, a.customer_id from o, a)
  select o.id, o.decision, a.reserved_minor as after, a.version from o, a`;

const app = express();
app.put('/v1/orders/:id', express.json(), (req, res, next) => {
  const body = order.parse(req.body);
  const amount = body.lines.reduce((sum, one) => sum + Math.round(Number(one.quantity) * Number(one.unitPrice) * 100), 0);
  const values = [req.params.id, body.customer, body.currency, body.requestedShipDate, amount, body.lines[0]?.item];
  pool.query({ name: 'reserve', text: RESERVE, values }).then(({ rows }) => res.status(201).json(rows[0]), next);
});
const server = createServer(app).listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  serve({ base: `http://127.0.0.1:${port}`, apiKey: 'none' }, {}, async () => {
    server.close();
    server.closeAllConnections();
    await pool.end();
  });
});
