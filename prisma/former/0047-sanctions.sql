-- Who stands on a sanctions list is supplied by no payment, tolerance or release; the hold ends with the listing, and by that alone.

-- The verdict over an order's facts (OrderFacts) by the rules (CheckRules): {decision, forced, reasons}. No table is read.
create or replace function credit_verdict(f jsonb, rules jsonb) returns jsonb language plpgsql immutable as $$
declare
  v_reasons jsonb := '[]';
  v_forced boolean := false;
  v_reject boolean := false;
  v_today date := (f ->> 'today')::date;
  v_currency text := f ->> 'currency';
  v_amount bigint := (f ->> 'amountMinor')::bigint;
  v_rest bigint := (f ->> 'restMinor')::bigint;
  v_counts boolean := v_rest > 0 and (f ->> 'shipDate')::date <= v_today + (rules ->> 'horizonDays')::int;
  v_payer jsonb := f -> 'payer';
  v_group jsonb := f -> 'group';
  v_earlier jsonb := f -> 'earlier';
  v_minor bigint;
  v_date date;
  v_listed jsonb := f -> 'listed';
  v_sanctioned boolean := f -> 'listed' ? 'sanctions' and rules ->> 'listed' is not null;
  o jsonb;
begin
  if jsonb_array_length(v_listed) > 0 and rules ->> 'listed' = 'rejected' then
    return jsonb_build_object('decision', 'rejected', 'forced', false, 'reasons', credit_reason('listed', jsonb_build_object('lists', v_listed)));
  end if;
  if v_rest = 0 then return '{"decision": "approved", "forced": false, "reasons": []}'; end if;
  if (f ->> 'prepaid')::boolean then
    if v_sanctioned then
      return jsonb_build_object('decision', 'held', 'forced', v_listed <> '["sanctions"]', 'reasons', credit_reason('listed', jsonb_build_object('lists', v_listed)));
    end if;
    if (f ->> 'boundMinor')::bigint < v_rest then
      return jsonb_build_object('decision', 'held', 'forced', false, 'reasons', credit_reason('prepayment-missing', jsonb_build_object(
        'amountMinor', v_rest, 'receivedMinor', f -> 'boundMinor', 'missingMinor', v_rest - (f ->> 'boundMinor')::bigint)));
    end if;
    return jsonb_build_object('decision', 'approved', 'forced', false, 'reasons', credit_reason('prepaid', '{}'));
  end if;
  if jsonb_typeof(v_earlier) = 'object' and not v_sanctioned then
    v_minor := floor((v_earlier ->> 'approvedMinor')::numeric * (1 + (rules ->> 'tolerance')::numeric));
    v_date := (v_earlier ->> 'approvedOn')::date + (rules ->> 'toleranceDays')::int;
    if v_amount <= v_minor and v_today <= v_date then
      return jsonb_build_object('decision', 'approved', 'forced', false, 'reasons', credit_reason('within-tolerance', jsonb_build_object(
        'amountMinor', v_amount, 'approvedMinor', (v_earlier ->> 'approvedMinor')::bigint, 'allowedMinor', v_minor, 'until', v_date)));
    end if;
  end if;
  if (rules ->> 'limit')::boolean then
    if not (v_payer ->> 'known')::boolean or not (v_payer ->> 'valid')::boolean and v_payer ->> 'expiredOn' is null then
      v_reasons := v_reasons || credit_reason('no-limit', jsonb_build_object('amountMinor', v_rest));
    elsif not (v_payer ->> 'valid')::boolean then
      v_reasons := v_reasons || credit_reason('limit-expired', jsonb_build_object('expiredOn', v_payer -> 'expiredOn'));
    elsif v_counts and (v_payer ->> 'afterMinor')::bigint > (v_payer ->> 'limitMinor')::bigint then
      v_reasons := v_reasons || credit_reason('limit-exceeded', jsonb_build_object('limitMinor', v_payer -> 'limitMinor', 'beforeMinor',
        v_payer -> 'beforeMinor', 'afterMinor', v_payer -> 'afterMinor', 'overMinor',
        (v_payer ->> 'afterMinor')::bigint - (v_payer ->> 'limitMinor')::bigint, 'limitCurrency', v_payer -> 'currency'));
    end if;
    if jsonb_typeof(v_group) = 'object' and (v_group ->> 'valid')::boolean and v_counts
      and (v_group ->> 'afterMinor')::bigint > (v_group ->> 'limitMinor')::bigint then
      v_reasons := v_reasons || credit_reason('group-limit-exceeded', jsonb_build_object('limitMinor', v_group -> 'limitMinor', 'beforeMinor',
        v_group -> 'beforeMinor', 'afterMinor', v_group -> 'afterMinor', 'overMinor',
        (v_group ->> 'afterMinor')::bigint - (v_group ->> 'limitMinor')::bigint, 'limitCurrency', v_group -> 'currency'));
    end if;
  end if;
  v_minor := (rules -> 'documentMinor' ->> v_currency)::bigint;
  if v_amount > v_minor then
    v_reasons := v_reasons || credit_reason('document-too-large', jsonb_build_object('amountMinor', v_amount, 'maximumMinor', v_minor));
  end if;
  for o in select jsonb_array_elements(f -> 'overdue') loop
    v_minor := (rules -> 'overdueMinor' ->> (o ->> 'currency'))::bigint;
    if (o ->> 'amountMinor')::bigint > v_minor then
      v_reasons := v_reasons || credit_reason('overdue-amount', jsonb_build_object('overdueMinor', o -> 'amountMinor', 'thresholdMinor', v_minor,
        'overdueCurrency', o -> 'currency'));
    end if;
    if v_today - (o ->> 'since')::date > (rules ->> 'oldestOverdueDays')::int
      and (o ->> 'amountMinor')::bigint > coalesce((rules -> 'smallMinor' ->> (o ->> 'currency'))::bigint, 0) then
      v_reasons := v_reasons || credit_reason('overdue-days', jsonb_build_object('days', v_today - (o ->> 'since')::date, 'maximumDays',
        rules -> 'oldestOverdueDays', 'since', o -> 'since'));
    end if;
  end loop;
  if array_position(array['reminder', 'escalation', 'legal'], f ->> 'stage') >= array_position(array['reminder', 'escalation', 'legal'], rules ->> 'stageFrom') then
    v_reasons := v_reasons || credit_reason('stage-reached', jsonb_build_object('stage', f -> 'stage', 'from', rules -> 'stageFrom'));
  end if;
  if v_payer ->> 'dunnedSince' is not null then
    v_reasons := v_reasons || credit_reason('dunning-hold', jsonb_build_object('since', v_payer -> 'dunnedSince'));
  end if;
  if v_today - (f ->> 'profileAsOf')::date > (rules ->> 'profileDays')::int then
    v_reasons := v_reasons || credit_reason('profile-old', jsonb_build_object('asOf', f -> 'profileAsOf', 'maximumDays', rules -> 'profileDays'));
  end if;
  if v_today > (f ->> 'licenceUntil')::date + (rules ->> 'licenceGraceDays')::int then
    v_reasons := v_reasons || credit_reason('licence-expired', jsonb_build_object('until', f -> 'licenceUntil'));
  end if;
  if jsonb_array_length(v_listed) > 0 and rules ->> 'listed' = 'held' then
    v_forced := v_listed <> '["sanctions"]';
    v_reasons := v_reasons || credit_reason('listed', jsonb_build_object('lists', v_listed));
  end if;
  if (rules ->> 'terms')::boolean and (f ->> 'termsDays')::int > (f ->> 'maxTermsDays')::int then
    v_reasons := v_reasons || credit_reason('terms-too-long', jsonb_build_object('termsDays', f -> 'termsDays', 'maximumDays', f -> 'maxTermsDays'));
  end if;
  if rules -> 'heldGrades' ? (f ->> 'grade') then
    v_reasons := v_reasons || credit_reason('grade-held', jsonb_build_object('grade', f -> 'grade'));
  end if;
  if jsonb_array_length(f -> 'breaches') > 0 then
    v_reasons := v_reasons || credit_reason('goods-left-unasked', jsonb_build_object('shipments', f -> 'breaches'));
  end if;
  if v_amount > (f ->> 'medianMinor')::numeric * (rules -> 'abnormal' ->> 'factor')::numeric then
    o := jsonb_build_object('amountMinor', v_amount, 'medianMinor', f -> 'medianMinor', 'factor', rules -> 'abnormal' -> 'factor');
    if rules -> 'abnormal' ->> 'verdict' = 'downgraded' then
      if (f ->> 'depositsMinor')::bigint < v_rest then
        v_reasons := v_reasons || credit_reason('order-abnormal-prepay', o || jsonb_build_object('depositsMinor', f -> 'depositsMinor'));
      end if;
    else
      v_forced := true;
      v_reject := rules -> 'abnormal' ->> 'verdict' = 'rejected';
      v_reasons := v_reasons || credit_reason('order-abnormal', o);
    end if;
  end if;
  return jsonb_build_object('decision', case when v_reject then 'rejected' when jsonb_array_length(v_reasons) > 0 then 'held' else 'approved' end,
    'forced', v_forced and not v_reject, 'reasons', v_reasons);
end $$;
