import type { ColumnType } from "kysely";
export type Generated<T> = T extends ColumnType<infer S, infer I, infer U>
  ? ColumnType<S, I | undefined, U>
  : ColumnType<T, T | undefined, T>;
export type Timestamp = ColumnType<Date, Date | string, Date | string>;

export type Allocation = {
    id: Generated<string>;
    receivable_id: string;
    payment_id: string | null;
    credit_note_id: string | null;
    amount_minor: number;
    value_date: string;
    posted_at: string;
    reversed_at: string | null;
    recovered_minor: Generated<number>;
    basis: string | null;
};
export type ApiKey = {
    id: Generated<string>;
    name: string;
    role: string;
    secret_hash: string;
    prefix: string;
    scope: Generated<unknown>;
    created_at: Generated<string>;
    expires_at: string | null;
    revoked_at: string | null;
    proposed_by: string | null;
    confirmed_by: string | null;
    confirmed_at: Generated<string>;
};
export type Approval = {
    id: Generated<string>;
    process: string;
    round: Generated<number>;
    tier: number;
    role: string;
    state: Generated<string>;
    requested_by: string;
    opened_at: string | null;
    deadline: string | null;
    work_order_id: string | null;
    decided_by: string | null;
    on_behalf_of: string | null;
    decided_at: string | null;
    verdict: unknown | null;
    reason: string | null;
    update_id: string | null;
    roles: Generated<unknown>;
    deadline_days: number | null;
    orders: Generated<number>;
    dossier_hash: string | null;
};
export type Assessment = {
    id: Generated<string>;
    customer_id: string;
    application_id: string | null;
    at: string;
    policy_versions: unknown;
    facts: unknown;
    score: number | null;
    grade: string | null;
    verdict: unknown;
    proposal: unknown;
    facts_hash: string;
};
export type Audit = {
    seq: Generated<number>;
    at: Generated<string>;
    business_at: string;
    actor_kind: string;
    actor_id: string;
    action: string;
    subject_kind: string;
    subject_id: string;
    customer_id: string | null;
    reason: string | null;
    policy_version: string | null;
    before: unknown | null;
    after: unknown | null;
};
export type CalendarDay = {
    day: string;
    kind: string;
    name: string;
    year: number;
};
export type CalendarYear = {
    year: number;
    published: boolean;
    source: string | null;
};
export type Clock = {
    one: Generated<boolean>;
    real_anchor: string;
    business_anchor: string;
    speed: number;
    pinned: Generated<boolean>;
    /**
     * At speed 0: outreach is rung only while this is true, so that one digest carries all that an hour asked for.
     */
    contacts_open: Generated<boolean>;
    calendar_version: Generated<number>;
};
export type ConnectorCall = {
    id: Generated<string>;
    customer_id: string;
    connector: string;
    asked_for: string | null;
    state: string;
    asked_at: string;
    answered_at: string | null;
    problem: string | null;
};
export type Contact = {
    customer_id: string;
    external_id: string;
    name: string;
    role: string;
    email: string | null;
    mobile: string | null;
    wecom: string | null;
    language: Generated<string>;
    position: number;
    active: Generated<boolean>;
};
export type ContactLog = {
    id: Generated<string>;
    customer_id: string;
    receivable_id: string | null;
    kind: string;
    contact_id: string | null;
    outcome: string;
    note: Generated<string>;
    at: string;
    by_actor: string;
    warnings: Generated<string[]>;
};
export type CreditAccount = {
    id: Generated<string>;
    kind: string;
    code: string;
    currency: string;
    customer_id: string | null;
    group_account: string | null;
    reserved_minor: Generated<number>;
    ordered_minor: Generated<number>;
    delivered_minor: Generated<number>;
    open_minor: Generated<number>;
    bills_minor: Generated<number>;
    deposits_minor: Generated<number>;
    version: Generated<number>;
    opened_at: string;
};
export type CreditApplication = {
    id: Generated<string>;
    external_id: string;
    customer_id: string;
    kind: string;
    state: Generated<string>;
    limit_minor: number | null;
    currency: string;
    terms_days: number | null;
    valid_until: string | null;
    reason: string;
    requested_by: string;
    assessment_id: string | null;
    exposure_version: number | null;
    dossier_hash: string | null;
    policy_version: string | null;
    round: Generated<number>;
    /**
     * Why it does not go on: a connector that is down, facts that are being refreshed, answers of the applicant.
     */
    waiting_for: unknown | null;
    granted: unknown | null;
    content_hash: string;
    submitted_at: string;
    expires_at: string | null;
    decided_at: string | null;
    seq: Generated<number>;
    plan_step: Generated<string>;
    plan_at: string | null;
    plan_why: Generated<unknown>;
    /**
     * What lies on the table: {limitMinor, currency, termsDays, validUntil}, as asked for and lowered by counter-proposals.
     */
    offer: Generated<unknown>;
    gathered_at: string | null;
    routed_at: string | null;
    warned_at: string | null;
    /**
     * Asked for facts in this round already.
     */
    connectors: Generated<unknown>;
    route_row: string | null;
    requested_role: Generated<string>;
};
export type CreditLimit = {
    id: Generated<string>;
    account_id: string;
    kind: string;
    amount_minor: number;
    valid_from: string;
    valid_until: string | null;
    application_id: string | null;
    external_id: string | null;
    set_by: string;
    reason: string;
    set_at: string;
    revoked_at: string | null;
    go_live_window_id: string | null;
};
export type CreditMember = {
    customer_id: string;
    currency: string;
    account_id: string;
};
export type CreditNote = {
    id: Generated<string>;
    external_id: string;
    customer_id: string;
    invoice_id: string | null;
    amount_minor: number;
    unapplied_minor: number;
    currency: string;
    issued_on: string;
    reason: string;
    content_hash: string;
    posted_at: string;
    on_account: Generated<boolean>;
    refunded_minor: Generated<number>;
    reversed_at: string | null;
    reversed_on: string | null;
    kind: Generated<string>;
    /**
     * A second person agreed to it, or to the go-live window it came in by; a discount that a person granted stays while it is
     * exactly what is left.
     */
    agreed: Generated<boolean>;
};
export type CreditProfile = {
    customer_id: string;
    grade: string | null;
    score: number | null;
    max_terms_days: number | null;
    graded_at: string | null;
    valid_until: string | null;
    review_on: string | null;
    /**
     * The day up to which the books were last calculated and judged for this customer.
     */
    profile_as_of: string | null;
    licence_until: string | null;
    /**
     * Sanction or court-list entries in force: [{list, since, evidence}].
     */
    listed: Generated<unknown>;
    /**
     * Median order of the last year by currency, for the check of abnormal orders.
     */
    median_order_minor: Generated<unknown>;
    version: Generated<number>;
    ladder: string | null;
};
export type CreditReview = {
    id: Generated<string>;
    key: string;
    customer_id: string;
    cause: string;
    detail: Generated<unknown>;
    due_at: string;
    state: Generated<string>;
    application_id: string | null;
    closed_at: string | null;
    seq: Generated<number>;
    plan_step: Generated<string>;
    plan_at: string | null;
    plan_why: Generated<unknown>;
};
export type Customer = {
    id: Generated<string>;
    external_id: string;
    name: string;
    type: string;
    tier: string | null;
    region: string | null;
    group_code: string | null;
    payer_code: string | null;
    currency: string;
    terms_days: Generated<number>;
    terms_from: Generated<string>;
    tax_id: string | null;
    tax_rate: string | null;
    owner: string | null;
    ladder: string | null;
    debtor_class: string | null;
    creditor_was_sme: boolean | null;
    facts: Generated<unknown>;
    content_hash: string;
    version: Generated<number>;
    created_at: string;
    updated_at: string;
    terms_rule: unknown | null;
    /**
     * The customer that took it over, never itself merged: a later merge of that one moves this on.
     */
    merged_into: string | null;
    merged_at: string | null;
};
export type CustomerKey = {
    customer_id: string;
    kind: string;
    key: string;
};
export type CustomerStatement = {
    id: Generated<string>;
    external_id: string;
    customer_id: string;
    currency: string;
    basis: string;
    from_date: string | null;
    as_of: string;
    total_minor: number;
    content_hash: string;
    received_at: string;
    received_by: string;
    settled_at: string | null;
    withdrawn_at: string | null;
    superseded_by: string | null;
    seq: Generated<number>;
    plan_step: Generated<string>;
    plan_at: string | null;
};
export type CustomerStatementLine = {
    statement_id: string;
    line: number;
    kind: string;
    number: string | null;
    on_date: string;
    quantity: ColumnType<string, number | string, number | string> | null;
    amount_minor: number;
};
export type DataFinding = {
    id: Generated<string>;
    key: string;
    customer_id: string;
    kind: string;
    detail: unknown;
    found_at: string;
    cleared_at: string | null;
    times: Generated<number>;
};
export type DecisionAnswer = {
    update_id: string;
    process: string;
    answer: unknown;
    at: string;
};
export type DecisionDossier = {
    hash: string;
    content: unknown;
    kept_at: string;
};
export type DecisionIntent = {
    process: string;
    update_id: string;
    actor_id: string;
    sent_at: Generated<string>;
    input: unknown;
    act: string | null;
    settled_at: string | null;
    refused: unknown | null;
    hand_over_at: Generated<string>;
};
export type Delegation = {
    id: Generated<string>;
    from_actor: string;
    to_actor: string;
    role: string;
    valid_from: string;
    valid_until: string;
    reason: string;
    created_by: string;
    created_at: string;
    revoked_at: string | null;
};
export type Dispute = {
    id: Generated<string>;
    receivable_id: string;
    customer_id: string;
    amount_minor: number;
    category: string;
    note: Generated<string>;
    state: Generated<string>;
    opened_at: string;
    opened_by: string;
    closed_at: string | null;
    closed_by: string | null;
    resolution: string | null;
    lapsed_at: string | null;
    unasked_minor: number | null;
    return_id: string | null;
    rest_of: string | null;
    corrected_minor: Generated<number>;
    /**
     * Upheld with a second person's word.
     */
    agreed: Generated<boolean>;
};
export type DisputeVersion = {
    id: Generated<number>;
    dispute_id: string;
    until: string;
    receivable_id: string;
    amount_minor: number;
};
export type DuplicateDoubt = {
    document_id: string;
    kind: string;
    twin_id: string;
    state: Generated<string>;
    opened_at: string;
    closed_at: string | null;
    reason: string | null;
};
export type EarlyWarning = {
    id: Generated<string>;
    key: string;
    customer_id: string;
    kind: string;
    severity: string;
    detail: unknown;
    effects: Generated<unknown>;
    policy_version: string;
    raised_at: string;
    closed_at: string | null;
    times: Generated<number>;
};
export type Event = {
    seq: Generated<number>;
    at: Generated<string>;
    business_at: string;
    kind: string;
    subject_kind: string;
    subject_id: string;
    customer_id: string | null;
    data: Generated<unknown>;
};
export type ExchangeRate = {
    base: string;
    quote: string;
    on_date: string;
    rate: ColumnType<string, number | string, number | string>;
    source: string;
    recorded_by: string;
    recorded_at: string;
};
export type ExchangeRateBefore = {
    base: string;
    quote: string;
    on_date: string;
    rate: ColumnType<string, number | string, number | string>;
    recorded_at: string;
    replaced_at: string;
    id: Generated<number>;
};
export type ExposureByDate = {
    account_id: string;
    bucket: string;
    on_date: string;
    amount_minor: number;
};
export type ExposureEntry = {
    seq: Generated<number>;
    account_id: string;
    bucket: string;
    on_date: string | null;
    delta_minor: number;
    cause: string;
    cause_id: string;
    business_at: string;
};
export type GoLiveWindow = {
    id: Generated<string>;
    state: Generated<string>;
    valid_from: string;
    valid_until: string;
    requested_by: string;
    opened_by: string;
    opened_at: string;
    close_requested_by: string | null;
    closed_by: string | null;
    closed_at: string | null;
};
export type GoodsReturn = {
    id: Generated<string>;
    external_id: string;
    order_id: string;
    customer_id: string;
    returned_on: string;
    reason: string;
    state: Generated<string>;
    credit: Generated<string>;
    content_hash: string;
    posted_by: string;
    posted_at: string;
    withdrawn_at: string | null;
    corrected_alone_minor: Generated<number>;
};
export type GoodsReturnInvoice = {
    return_id: string;
    line: number;
    invoice_id: string;
    amount_minor: number;
};
export type GoodsReturnLine = {
    return_id: string;
    line: number;
    quantity: ColumnType<string, number | string, number | string>;
    worth_minor: number;
    delivered_minor: number;
};
export type Idempotency = {
    caller: string;
    route: string;
    key: string;
    request_hash: string;
    state: string;
    status: number | null;
    body: unknown | null;
    location: string | null;
    at: Generated<string>;
    /**
     * Set in the transaction that wrote the facts: the request is never carried out again, even if its answer was lost.
     */
    committed_at: string | null;
};
export type Invoice = {
    id: Generated<string>;
    external_id: string;
    customer_id: string;
    number: string;
    issue_date: string;
    currency: string;
    amount_minor: number;
    tax_rate: string | null;
    tax_minor: number | null;
    contract: string | null;
    order_code: string | null;
    ladder: string | null;
    terms_days: number | null;
    terms_from: string | null;
    delivered_on: string | null;
    content_hash: string;
    version: Generated<number>;
    created_at: string;
    updated_at: string;
    terms_rule: unknown | null;
    /**
     * The most it was worth, less its discount, since a second person last agreed to less; null: never corrected, what it is
     * worth now.
     */
    agreed_minor: number | null;
};
export type InvoiceVersion = {
    id: Generated<number>;
    invoice_id: string;
    until: string;
    issue_date: string;
};
export type Job = {
    id: Generated<string>;
    kind: string;
    state: Generated<string>;
    dry_run: Generated<boolean>;
    done: Generated<number>;
    total: number | null;
    failures: Generated<number>;
    input: Generated<unknown>;
    file: Buffer | null;
    actor: unknown;
    error: unknown | null;
    result: unknown | null;
    created_at: Generated<string>;
    finished_at: string | null;
    leased_until: string | null;
};
export type JobRow = {
    job_id: string;
    row_no: number;
    state: string;
    external_id: string | null;
    errors: unknown | null;
};
export type LegalCase = {
    id: Generated<string>;
    customer_id: string;
    currency: string;
    state: Generated<string>;
    opened_at: string;
    closed_at: string | null;
};
export type LegalCaseReceivable = {
    legal_case_id: string;
    receivable_id: string;
    joined_at: string;
};
export type Message = {
    id: Generated<string>;
    key: string;
    customer_id: string;
    contact_id: string | null;
    channel: string;
    template: string;
    template_version: number;
    class: string;
    language: string;
    state: string;
    reason: string | null;
    outbox: Generated<boolean>;
    address: string;
    address_hash: string;
    subject: string | null;
    body: string;
    content_hash: string;
    provider: string | null;
    provider_id: string | null;
    fallback_of: string | null;
    receipt_by: string | null;
    calls: Generated<number>;
    /**
     * Real time of the provider call that has no known outcome yet; set before the call, so that a crash is seen.
     */
    called_at: string | null;
    /**
     * When a failure or a missing receipt was dealt with: by another channel, or by a person.
     */
    followed_at: string | null;
    at: string;
    sending_at: string;
    sent_at: string | null;
    delivered_at: string | null;
    fallback: Generated<boolean>;
    /**
     * When a delivery that the contact rules held back is tried next; kept when it is tried, so that a second evening is seen.
     */
    wait_until: string | null;
};
export type MessageRung = {
    message_id: string;
    receivable_id: string;
    rung: string;
    asked_minor: number;
    /**
     * 0: the first message of the rung; 1, 2, …: its fallbacks. The same rung can never be in two first messages.
     */
    attempt: Generated<number>;
    to_payer: Generated<boolean>;
};
export type Night = {
    id: Generated<string>;
    on_date: string;
    reached: Generated<string>;
    customers: Generated<number>;
    warnings: Generated<number>;
    findings: Generated<number>;
    began_at: string | null;
    ended_at: string | null;
    seq: Generated<number>;
    plan_step: Generated<string>;
    plan_at: string | null;
};
export type Notice = {
    id: Generated<string>;
    key: string;
    customer_id: string;
    template: string;
    context: unknown;
    process: string;
    state: Generated<string>;
    reason: string | null;
    tried: Generated<unknown>;
    requested_at: string;
    taken_at: string | null;
    message_id: string | null;
};
export type OptOut = {
    address_hash: string;
    channel: string;
    at: string;
    source: string;
    lifted_at: string | null;
};
export type OrderDecision = {
    id: Generated<string>;
    order_id: string;
    version: number;
    at: string;
    decision: string;
    amount_minor: number;
    reasons: unknown;
    before_minor: number;
    after_minor: number;
    limit_minor: number | null;
    account_version: number;
    policy_version: string;
    actor: string;
    currency: string | null;
};
export type OrderHold = {
    id: Generated<string>;
    order_id: string;
    customer_id: string;
    state: Generated<string>;
    forced: Generated<boolean>;
    amount_minor: number;
    reasons: unknown;
    /**
     * Whoever asked for what this round decides.
     */
    requested_by: string;
    opened_at: string;
    expires_at: string;
    closed_at: string | null;
    outcome: unknown | null;
    seq: Generated<number>;
    plan_step: Generated<string>;
    plan_at: string | null;
    plan_why: Generated<unknown>;
    order_version: number | null;
    round: Generated<number>;
    routed_at: string | null;
    routed_version: number | null;
    routed_minor: number | null;
    route_row: string | null;
    policy_version: string | null;
    warned_at: string | null;
    offer: Generated<unknown>;
    exposure_version: number | null;
    dossier_hash: string | null;
    judged: string | null;
};
export type OrderInvoice = {
    order_id: string;
    line: number;
    invoice_id: string;
    amount_minor: number;
    from_bucket: string;
};
export type OrderLine = {
    order_id: string;
    line: number;
    item: string;
    product_line: string | null;
    quantity: ColumnType<string, number | string, number | string>;
    unit_price: string;
    amount_minor: number;
    held_minor: Generated<number>;
    prepaid_minor: Generated<number>;
    reserved_minor: Generated<number>;
    ordered_minor: Generated<number>;
    delivered_minor: Generated<number>;
    invoiced_minor: Generated<number>;
    cancelled_minor: Generated<number>;
    shipped_quantity: Generated<ColumnType<string, number | string, number | string>>;
    returned_minor: Generated<number>;
};
export type Outreach = {
    customer_id: string;
    seq: Generated<number>;
    plan_step: string;
    plan_at: string | null;
    plan_why: unknown;
    plan_message: string | null;
};
export type OwnerBefore = {
    id: Generated<number>;
    subject: string;
    customer_id: string;
    until: string;
};
export type PayerCopy = {
    receivable_id: string;
    rung: string;
    payer_id: string;
    requested_at: string;
    state: Generated<string>;
    message_id: string | null;
};
export type Payment = {
    id: Generated<string>;
    external_id: string;
    customer_id: string;
    amount_minor: number;
    unapplied_minor: number;
    currency: string;
    received_on: string;
    reference: string | null;
    content_hash: string;
    posted_at: string;
    reversed_at: string | null;
    reversed_on: string | null;
    clears_on: string | null;
    order_code: string | null;
    refunded_minor: Generated<number>;
    returned_minor: Generated<number>;
    paid_currency: string | null;
    paid_minor: number | null;
    exchange_rate: ColumnType<string, number | string, number | string> | null;
    /**
     * The rate was told the other way round, and the amount divided by it.
     */
    exchange_inverse: Generated<boolean>;
    exchange_source: string | null;
    exchange_difference_minor: Generated<number>;
    on_account: Generated<boolean>;
    /**
     * When money that lay in its own currency was converted; null: as it was posted, or never.
     */
    converted_at: string | null;
};
export type PaymentReturn = {
    payment_id: string;
    amount_minor: number;
    returned_on: string;
    posted_at: string;
    id: Generated<number>;
};
export type PaymentWait = {
    payment_id: string;
    base: string;
    quote: string;
    /**
     * What the payer chose: null where only a text names it.
     */
    lines: unknown | null;
};
export type PendingAct = {
    id: Generated<string>;
    kind: string;
    state: Generated<string>;
    customer_id: string | null;
    subject_kind: string;
    subject_id: string;
    /**
     * Of its tasks, without names: e.g. invoice INV-1/1.
     */
    about: string;
    amount_minor: number | null;
    currency: string | null;
    days: number | null;
    /**
     * What is asked for, as people read it: amounts as decimal strings.
     */
    what: unknown;
    /**
     * What is carried out when it is approved: never changed, its hash stands beside it.
     */
    payload: unknown;
    payload_hash: string;
    /**
     * The ERP has booked it already: until it is decided it is not asked for, and everything else keeps the old value.
     */
    booked: Generated<boolean>;
    evidence: unknown | null;
    requested_by: string;
    requested_role: string;
    reason: string;
    route_row: string;
    policy_version: string;
    requested_at: string;
    expires_at: string | null;
    decided_by: string | null;
    on_behalf_of: string | null;
    decision_reason: string | null;
    outcome: unknown | null;
    closed_at: string | null;
};
export type PendingActReceivable = {
    act_id: string;
    receivable_id: string;
    amount_minor: number;
};
export type Policy = {
    kind: string;
    version: number;
    content: unknown;
    content_hash: string;
    effective_from: string;
    author: string;
    approved_by: string | null;
    created_at: string;
};
export type ProfileFact = {
    id: Generated<string>;
    customer_id: string;
    name: string;
    value: unknown;
    as_of: string;
    source: string;
    evidence: unknown | null;
    recorded_at: string;
    recorded_by: string;
    superseded_at: string | null;
};
export type Promise = {
    id: Generated<string>;
    receivable_id: string;
    customer_id: string;
    amount_minor: number;
    due_on: string;
    by_contact: string | null;
    note: Generated<string>;
    state: Generated<string>;
    made_at: string;
    made_by: string;
    judged_at: string | null;
};
export type ProposedKey = {
    id: Generated<string>;
    name: string;
    role: string;
    scope: unknown;
    secret_hash: string;
    prefix: string;
    created_at: Generated<string>;
    expires_at: string | null;
    revoked_at: string | null;
    proposed_by: string;
};
export type Receipt = {
    id: Generated<string>;
    provider: string;
    event_key: string;
    provider_id: string;
    message_id: string | null;
    status: string;
    code: string | null;
    at: string;
    applied: Generated<boolean>;
};
export type Receivable = {
    id: Generated<string>;
    invoice_id: string;
    customer_id: string;
    instalment: number;
    kind: Generated<string>;
    due_date: string;
    currency: string;
    amount_minor: number;
    paid_minor: Generated<number>;
    credited_minor: Generated<number>;
    /**
     * Written off and neither taken back nor recovered: paid_minor holds what was recovered.
     */
    written_off_minor: Generated<number>;
    stage: Generated<string>;
    outcome: string | null;
    ladder: string;
    policy_version: number;
    collect_from: string | null;
    withdrawn: Generated<boolean>;
    posted_at: string;
    pauses: Generated<unknown>;
    seq: Generated<number>;
    plan_step: string;
    plan_rung: string | null;
    plan_at: string | null;
    plan_why: unknown;
    /**
     * Why a person must look before it is asked for; null: nothing in question.
     */
    question: string | null;
    agreed_due_date: string | null;
    limitation_due_date: string | null;
    /**
     * Limitation counts from no later day than this, whatever corrections made of the other instalments of its debt; null: none did.
     */
    limitation_cap: string | null;
    /**
     * Its invoice looks like another one under another key: not asked for, nor held against orders, until a person has looked.
     */
    suspected: Generated<boolean>;
    discount_minor: Generated<number>;
    discount_until: string | null;
    discount_claimed: Generated<boolean>;
    holds_since: string | null;
};
export type ReceivableVersion = {
    id: Generated<number>;
    receivable_id: string;
    until: string;
    amount_minor: number;
    due_date: string;
    withdrawn: boolean;
};
export type ReconciliationAdjustment = {
    id: Generated<string>;
    difference_id: string;
    kind: string;
    amount_minor: number;
    detail: Generated<unknown>;
    state: Generated<string>;
    proposed_by: string;
    proposed_at: string;
    reason: string;
    decided_by: string | null;
    decided_at: string | null;
    decision_reason: string | null;
    outcome: unknown | null;
};
export type ReconciliationDifference = {
    id: Generated<string>;
    customer_id: string;
    statement_id: string | null;
    customer_statement_id: string | null;
    key: string;
    kind: string;
    currency: string;
    amount_minor: number;
    receivable_id: string | null;
    payment_id: string | null;
    number: string | null;
    on_date: string;
    detail: Generated<unknown>;
    state: Generated<string>;
    opened_at: string;
    closed_at: string | null;
    closed_by: string | null;
    reason: string | null;
};
export type ReconciliationMatch = {
    id: Generated<string>;
    statement_id: string;
    key: string;
    rule: string;
    confidence: number;
    ours: unknown;
    theirs: unknown;
    ours_minor: number;
    theirs_minor: number;
    state: string;
    made_at: string;
    decided_at: string | null;
    decided_by: string | null;
    reason: string | null;
    put_aside_at: string | null;
};
export type Refund = {
    id: Generated<string>;
    external_id: string;
    customer_id: string;
    amount_minor: number;
    currency: string;
    paid_on: string;
    reason: string;
    content_hash: string;
    posted_at: string;
    reversed_at: string | null;
    reversed_on: string | null;
    /**
     * A second person agreed to it.
     */
    agreed: Generated<boolean>;
};
export type RefundShare = {
    refund_id: string;
    payment_id: string | null;
    credit_note_id: string | null;
    amount_minor: number;
    id: Generated<number>;
};
export type Rung = {
    receivable_id: string;
    rung: string;
    position: number;
    state: string;
    at: string;
    reason: string | null;
};
export type SalesOrder = {
    id: Generated<string>;
    external_id: string;
    customer_id: string;
    account_id: string;
    currency: string;
    requested_ship_date: string;
    prepaid: Generated<boolean>;
    amount_minor: number;
    decision: string;
    state: Generated<string>;
    approved_minor: number | null;
    approved_on: string | null;
    reserved_until: string | null;
    put_by: string;
    content_hash: string;
    version: Generated<number>;
    created_at: string;
    updated_at: string;
    beyond_horizon: Generated<boolean>;
    covered_minor: Generated<number>;
    prices_with_tax: Generated<boolean>;
    tax_rate: string | null;
};
export type Security = {
    id: Generated<string>;
    external_id: string;
    account_id: string;
    kind: string;
    effect: string;
    value_minor: number;
    /**
     * What of the value counts: the percentage that raises the limit, or 1 - haircut.
     */
    share: ColumnType<string, number | string, number | string>;
    valid_from: string;
    valid_until: string | null;
    evidence: unknown | null;
    content_hash: string;
    released_at: string | null;
};
export type Setting = {
    key: string;
    value: unknown;
};
export type Shipment = {
    id: Generated<string>;
    external_id: string;
    order_id: string;
    request_id: string | null;
    lines: unknown;
    amount_minor: number;
    issued_on: string;
    delivered_on: string | null;
    accepted_on: string | null;
    content_hash: string;
    posted_at: string;
    breach: Generated<unknown>;
    breach_holds: string | null;
    breach_settled_at: string | null;
};
export type ShipmentHold = {
    id: Generated<string>;
    request_id: string;
    order_id: string;
    customer_id: string;
    state: Generated<string>;
    reasons: unknown;
    requested_by: string;
    ground: unknown | null;
    evidence: Generated<unknown>;
    noticed_at: string | null;
    respond_by: string | null;
    opened_at: string;
    closed_at: string | null;
    outcome: unknown | null;
    seq: Generated<number>;
    plan_step: Generated<string>;
    plan_at: string | null;
    plan_why: Generated<unknown>;
    forced: Generated<boolean>;
    withheld_minor: Generated<number>;
    round: Generated<number>;
    told_at: string | null;
    arrived_at: string | null;
    notice_by_hand: unknown | null;
    responded_at: string | null;
    offer: unknown | null;
    secured_minor: Generated<number>;
};
export type ShipmentRequest = {
    id: Generated<string>;
    external_id: string;
    order_id: string;
    customer_id: string;
    decision: string;
    /**
     * As first answered: [{line, requested, allowed}]; what became of it stands in shipment_request_line.
     */
    lines: unknown;
    reasons: unknown;
    policy_version: string;
    requested_by: string;
    content_hash: string;
    at: string;
    closed_at: string | null;
};
export type ShipmentRequestLine = {
    request_id: string;
    line: number;
    requested: ColumnType<string, number | string, number | string>;
    allowed: ColumnType<string, number | string, number | string>;
    issued: Generated<ColumnType<string, number | string, number | string>>;
    dropped: Generated<ColumnType<string, number | string, number | string>>;
};
export type Statement = {
    id: Generated<string>;
    customer_id: string;
    currency: string;
    as_of: string;
    total_minor: number;
    content_hash: string;
    state: Generated<string>;
    issued_on: string;
    issued_at: string;
    issued_by: string;
    respond_by: string;
    answered_at: string | null;
    withdrawn_at: string | null;
    superseded_by: string | null;
    handed_over_at: string | null;
    seq: Generated<number>;
    plan_step: Generated<string>;
    plan_at: string | null;
};
export type StatementAnswer = {
    id: Generated<string>;
    statement_id: string;
    verdict: string;
    answered_on: string;
    by_contact: string;
    channel: string;
    evidence: unknown | null;
    content_hash: string;
    disputed: Generated<unknown>;
    note: Generated<string>;
    recorded_at: string;
    recorded_by: string;
};
export type StatementLine = {
    statement_id: string;
    line: number;
    kind: string;
    receivable_id: string | null;
    payment_id: string | null;
    credit_note_id: string | null;
    number: string;
    on_date: string;
    due_date: string | null;
    amount_minor: number;
};
export type Template = {
    id: string;
    language: string;
    channel: string;
    version: number;
    class: string;
    tone: Generated<string>;
    subject: string | null;
    body: string;
    provider_template: string | null;
    content_hash: string;
    author: string;
    created_at: string;
    effective_from: string;
    approved_by: string | null;
};
export type Wake = {
    subject: string;
    kind: string;
    at: string | null;
    asked: Generated<number>;
    rang: Generated<number>;
    answered: Generated<number>;
    started_at: string | null;
    rang_at: string | null;
    leased_until: string | null;
    nudged_at: string | null;
    customer_id: string | null;
};
export type WorkOrder = {
    id: Generated<string>;
    key: string;
    kind: string;
    state: Generated<string>;
    role: string;
    assignee: string | null;
    level: Generated<number>;
    customer_id: string | null;
    receivable_id: string | null;
    legal_case_id: string | null;
    subject: string;
    reason: unknown;
    opened_at: string;
    warn_at: string;
    due_at: string;
    snoozed_until: string | null;
    closed_at: string | null;
    closed_by: string | null;
    outcome: string | null;
    note: string | null;
    seq: Generated<number>;
    plan_step: string;
    plan_at: string | null;
    plan_why: unknown;
    process: string | null;
};
export type WorkOrderItem = {
    work_order_id: string;
    receivable_id: string;
    rung: string;
    joined_at: string;
    left_at: string | null;
    /**
     * Of the receivable, when it left.
     */
    outcome: string | null;
};
export type WriteOff = {
    id: Generated<string>;
    receivable_id: string;
    customer_id: string;
    amount_minor: number;
    currency: string;
    written_off_on: string;
    reason: string;
    posted_at: string;
    posted_by: string;
    reversed_on: string | null;
    reversed_at: string | null;
    reversed_by: string | null;
    reversal_reason: string | null;
};
export type DB = {
    allocation: Allocation;
    api_key: ApiKey;
    approval: Approval;
    assessment: Assessment;
    audit: Audit;
    calendar_day: CalendarDay;
    calendar_year: CalendarYear;
    clock: Clock;
    connector_call: ConnectorCall;
    contact: Contact;
    contact_log: ContactLog;
    credit_account: CreditAccount;
    credit_application: CreditApplication;
    credit_limit: CreditLimit;
    credit_member: CreditMember;
    credit_note: CreditNote;
    credit_profile: CreditProfile;
    credit_review: CreditReview;
    customer: Customer;
    customer_key: CustomerKey;
    customer_statement: CustomerStatement;
    customer_statement_line: CustomerStatementLine;
    data_finding: DataFinding;
    decision_answer: DecisionAnswer;
    decision_dossier: DecisionDossier;
    decision_intent: DecisionIntent;
    delegation: Delegation;
    dispute: Dispute;
    dispute_version: DisputeVersion;
    duplicate_doubt: DuplicateDoubt;
    early_warning: EarlyWarning;
    event: Event;
    exchange_rate: ExchangeRate;
    exchange_rate_before: ExchangeRateBefore;
    exposure_by_date: ExposureByDate;
    exposure_entry: ExposureEntry;
    go_live_window: GoLiveWindow;
    goods_return: GoodsReturn;
    goods_return_invoice: GoodsReturnInvoice;
    goods_return_line: GoodsReturnLine;
    idempotency: Idempotency;
    invoice: Invoice;
    invoice_version: InvoiceVersion;
    job: Job;
    job_row: JobRow;
    legal_case: LegalCase;
    legal_case_receivable: LegalCaseReceivable;
    message: Message;
    message_rung: MessageRung;
    night: Night;
    notice: Notice;
    opt_out: OptOut;
    order_decision: OrderDecision;
    order_hold: OrderHold;
    order_invoice: OrderInvoice;
    order_line: OrderLine;
    outreach: Outreach;
    owner_before: OwnerBefore;
    payer_copy: PayerCopy;
    payment: Payment;
    payment_return: PaymentReturn;
    payment_wait: PaymentWait;
    pending_act: PendingAct;
    pending_act_receivable: PendingActReceivable;
    policy: Policy;
    profile_fact: ProfileFact;
    promise: Promise;
    proposed_key: ProposedKey;
    receipt: Receipt;
    receivable: Receivable;
    receivable_version: ReceivableVersion;
    reconciliation_adjustment: ReconciliationAdjustment;
    reconciliation_difference: ReconciliationDifference;
    reconciliation_match: ReconciliationMatch;
    refund: Refund;
    refund_share: RefundShare;
    rung: Rung;
    sales_order: SalesOrder;
    security: Security;
    setting: Setting;
    shipment: Shipment;
    shipment_hold: ShipmentHold;
    shipment_request: ShipmentRequest;
    shipment_request_line: ShipmentRequestLine;
    statement: Statement;
    statement_answer: StatementAnswer;
    statement_line: StatementLine;
    template: Template;
    wake: Wake;
    work_order: WorkOrder;
    work_order_item: WorkOrderItem;
    write_off: WriteOff;
};
