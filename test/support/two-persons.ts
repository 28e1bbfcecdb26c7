import { expect } from 'vitest';
import type { Response } from 'supertest';
import type { Role } from '../../domain/platform/actor.ts';
import type { TestApi } from './api.ts';

/** The pending act an answer names. */
export const actOf = (response: Response): string => {
  expect(response.status, response.text).toBe(202);
  return (response.body as { id: string }).id;
};

/** Has these roles approve a pending act one after another; the answer to the last. */
export async function approve(api: TestApi, act: string, ...roles: readonly Role[]): Promise<Response> {
  let last: Response | undefined;
  for (const role of roles) {
    last = await api.as(role).post(`/v1/pending-acts/${act}/decision`).send({ verdict: 'approve', reason: 'looked at' });
    expect(last.status, last.text).toBe(200);
  }
  if (!last) throw new Error('nobody was named');
  return last;
}

/** Opens the go-live window as two people do: the credit manager asks, the finance director agrees. */
export async function openGoLive(api: TestApi, validFrom: string, validUntil: string): Promise<void> {
  const asked = await api.as('credit_manager').post('/v1/go-live-windows').send({ validFrom, validUntil, reason: 'going live' });
  await approve(api, actOf(asked), 'finance_director');
}
