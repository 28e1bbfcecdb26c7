import { sayDate } from '../domain/platform/said-time.ts';
import { closedUp } from '../domain/platform/sentences.ts';

type Said = readonly [said: string, mend?: string];
type Words = Record<'zh' | 'en', Said>;

/** Everything the doctor can find, and how to mend it. Figures stand in { }. */
export const findings = {
  'node-ok': { zh: ['Node {version}'], en: ['Node {version}'] },
  'node-old': {
    zh: ['Node {version} 过旧', '请安装 Node 20.19 或更新版本：https://nodejs.org'],
    en: ['Node {version} is too old', 'Install Node 20.19 or newer: https://nodejs.org'],
  },
  'settings-ok': { zh: ['环境变量有效（生产环境）'], en: ['The settings can be used (production)'] },
  'settings-local-ok': { zh: ['环境变量有效（本地环境）'], en: ['The settings can be used (local stack)'] },
  'settings-bad': {
    zh: ['环境变量不可用：{problem}', '请更正该环境变量后重试'],
    en: ['A setting cannot be used: {problem}', 'Correct this environment variable and try again'],
  },
  'postgres-ok': { zh: ['PostgreSQL {version}'], en: ['PostgreSQL {version}'] },
  'postgres-old': {
    zh: ['PostgreSQL {version} 过旧', '请升级到 PostgreSQL 18 或更新版本'],
    en: ['PostgreSQL {version} is too old', 'Upgrade to PostgreSQL 18 or newer'],
  },
  'postgres-down': {
    zh: ['无法连接 PostgreSQL（{error}）', '请检查 DATABASE_URL、网络和数据库是否运行'],
    en: ['PostgreSQL cannot be reached ({error})', 'Check DATABASE_URL, the network, and that the database runs'],
  },
  'migrations-ok': { zh: ['数据库结构为最新'], en: ['The schema is up to date'] },
  'migrations-pending': {
    zh: ['数据库结构不完整，缺少迁移或函数：{names}', '请运行 duecourse migrate'],
    en: ['The schema is not complete; migrations or functions are missing: {names}', 'Run "duecourse migrate"'],
  },
  'roles-ok': {
    zh: ['以 {login} 登录数据库，无权修改结构；审计记录只可追加'],
    en: ['The database login {login} owns nothing; the audit record is append-only'],
  },
  'login-owns': {
    zh: [
      '应用以数据库所有者 {login} 登录，可以修改结构和审计记录',
      '请在 DATABASE_URL 中使用 duecourse_app，把所有者放入仅供 migrate 使用的 DATABASE_OWNER_URL，然后运行 duecourse migrate',
    ],
    en: [
      'The application logs in as {login}, which owns the database and could change the schema and the audit record',
      'Let DATABASE_URL name duecourse_app and give the owner as DATABASE_OWNER_URL to "duecourse migrate" alone, then run that',
    ],
  },
  'roles-missing': {
    zh: ['缺少数据库角色或无权使用：{roles}', '请以数据库所有者身份运行 duecourse migrate，并把这些角色授予应用账号'],
    en: [
      'Database roles are missing or not granted: {roles}',
      'Run "duecourse migrate" as the owner of the database, and grant the roles to the application\'s login',
    ],
  },
  'audit-open': {
    zh: ['应用角色可以修改审计记录', '请执行：revoke update, delete, truncate on audit from duecourse_app'],
    en: ['The application role may change the audit record', 'Run: revoke update, delete, truncate on audit from duecourse_app'],
  },
  'clock-ok': { zh: ['业务时间 {now}，速度 {speed}'], en: ['Business time is {now}, at speed {speed}'] },
  'clock-missing': {
    zh: ['缺少业务时钟', '请运行 duecourse migrate'],
    en: ['The business clock is missing', 'Run "duecourse migrate"'],
  },
  'clock-loose': {
    zh: [
      '生产环境的业务时钟未与真实时间绑定（速度 {speed}，偏差 {drift} 秒）',
      '该数据库属于本地演示环境；生产环境请使用新的数据库',
    ],
    en: [
      'In production the business clock is not bound to real time (speed {speed}, {drift} s off)',
      'This database belongs to a local stack; give production a database of its own',
    ],
  },
  'clock-skew': {
    zh: ['本机与数据库的时间相差 {seconds} 秒', '请在两台机器上启用 NTP 时间同步'],
    en: ['This machine and the database differ by {seconds} s', 'Synchronise both with NTP'],
  },
  'calendar-ok': { zh: ['{year} 年的节假日安排已载入'], en: ['The public holidays of {year} are known'] },
  'calendar-missing': {
    zh: ['{year} 年的节假日安排尚未载入', '国务院公布后，请把文件放入 policies/calendar 并运行 duecourse migrate'],
    en: [
      'The public holidays of {year} are not known yet',
      'When the notice is out, add its file to policies/calendar and run "duecourse migrate"',
    ],
  },
  'temporal-ok': { zh: ['Temporal {version}，命名空间 {namespace}'], en: ['Temporal {version}, namespace {namespace}'] },
  'temporal-down': {
    zh: ['无法连接 Temporal（{address}：{error}）', '请检查 TEMPORAL_ADDRESS、TEMPORAL_TLS、TEMPORAL_API_KEY，以及服务是否运行'],
    en: [
      'Temporal cannot be reached ({address}: {error})',
      'Check TEMPORAL_ADDRESS, TEMPORAL_TLS and TEMPORAL_API_KEY, and that the server runs',
    ],
  },
  'namespace-missing': {
    zh: ['Temporal 没有命名空间 {namespace}', '请运行：temporal operator namespace create -n {namespace} --retention 30d'],
    en: ['Temporal has no namespace {namespace}', 'Run: temporal operator namespace create -n {namespace} --retention 30d'],
  },
  'namespace-other': {
    zh: ['配置的 Temporal 命名空间是 {namespace}，而该数据库的流程运行在 {known}', '请设置 TEMPORAL_NAMESPACE={known}'],
    en: [
      'The settings name the Temporal namespace {namespace}, but the processes of this database run in {known}',
      'Set TEMPORAL_NAMESPACE={known}',
    ],
  },
  'attributes-ok': { zh: ['搜索属性齐备'], en: ['The search attributes are there'] },
  'attributes-missing': {
    zh: ['缺少搜索属性：{names}', '请运行：temporal operator search-attribute create -n {namespace} {flags}'],
    en: ['Search attributes are missing: {names}', 'Run: temporal operator search-attribute create -n {namespace} {flags}'],
  },
  'attributes-unseen': {
    zh: ['无法读取搜索属性（{error}）', 'Temporal Cloud 请在控制台确认 Keyword 类型的 CustomerId、Stage、Kind'],
    en: [
      'The search attributes cannot be read ({error})',
      'On Temporal Cloud, see in its console that CustomerId, Stage and Kind exist as Keyword',
    ],
  },
  'engine-other': {
    zh: ['Temporal 命名空间与数据库记录的不同（引擎数据已更换）', '启动 worker 后，所有未结流程会自动从事实重新开始'],
    en: [
      "The namespace is not the one this database knew (the engine's store was replaced)",
      'Start a worker: every open process then begins anew from the facts',
    ],
  },
  'relay-ok': {
    zh: ['流程全部跟上（待响应 {pending}，逾期 {overdue}）'],
    en: ['The processes keep up ({pending} to answer, {overdue} due)'],
  },
  'relay-late': {
    zh: ['最早的唤醒已等待 {lag} 秒（待响应 {pending}）', '请确认 worker 正在运行且任务队列 {queue} 一致；必要时增加 worker'],
    en: [
      'The oldest wake-up has waited for {lag} s ({pending} to answer)',
      'See that a worker runs on the task queue {queue}; add workers if it does not keep up',
    ],
  },
  unstarted: {
    zh: ['有 {count} 个流程尚未在引擎中启动', '请确认 worker（含 relay）正在运行'],
    en: ['{count} processes have not been started in the engine', 'See that a worker runs: its relay starts them'],
  },
  'messages-ok': { zh: ['没有结果不明的消息'], en: ['No message has an unknown outcome'] },
  'messages-unknown': {
    zh: ['有 {count} 条消息结果不明', '请在服务商处核实，并办理对应的待办；系统不会自动重发'],
    en: [
      '{count} messages have an unknown outcome',
      'Look them up at the provider and answer their tasks in the worklist; none is sent again by itself',
    ],
  },
  'outlets-ok': { zh: ['对外发送：{outlets}'], en: ['These reach their providers: {outlets}'] },
  'kept-installation-unnamed': {
    zh: [
      '{outlets} 只保存，不外发：本安装尚未设置安装编号',
      '请运行 duecourse installation claim --reason …，并把它打印的 DUECOURSE_INSTALLATION 设给 api 与 worker',
    ],
    en: [
      '{outlets}: kept here, nothing leaves, since this installation has no id',
      'Run "duecourse installation claim --reason …" and give api and worker the DUECOURSE_INSTALLATION it prints',
    ],
  },
  'kept-other-installation': {
    zh: [
      '{outlets} 只保存，不外发：数据库属于另一套安装（本部署为 {installation}）',
      '若这确实是正式数据库，请运行 duecourse installation claim --reason …；若是副本，请保持现状',
    ],
    en: [
      '{outlets}: kept here, nothing leaves, since the database belongs to another installation (this deployment is {installation})',
      'If it is the real one now, run "duecourse installation claim --reason …"; if it is a copy, leave it as it is',
    ],
  },
  'kept-moved-database': {
    zh: [
      '{outlets} 只保存，不外发：数据库是复制或恢复而来的',
      '若这确实是正式数据库，请先核实备份之后已发出的消息，再运行 duecourse installation claim --reason …',
    ],
    en: [
      '{outlets}: kept here, nothing leaves, since the database was copied or restored',
      'If it is the real one now, find out what went out since the backup, then run "duecourse installation claim --reason …"',
    ],
  },
  'kept-restored-database': {
    zh: [
      '{outlets} 只保存，不外发：数据库已被原位恢复为备份',
      '请先核实备份之后已发出的消息，再运行 duecourse installation claim --reason …',
    ],
    en: [
      '{outlets}: kept here, nothing leaves, since a backup was put back in the place of the database',
      'Find out what went out since the backup, then run "duecourse installation claim --reason …"',
    ],
  },
  'kept-replaying': {
    zh: ['{outlets} 只保存，不外发：正在回放历史', '请等待回放结束'],
    en: ['{outlets}: kept here, nothing leaves while history is replayed', 'Wait until the replay is over'],
  },
  'kept-clock-not-real': {
    zh: ['{outlets} 只保存，不外发：业务时间不是真实时间', '如确需外发，请运行 duecourse outlets open 渠道 --reason …'],
    en: [
      '{outlets}: kept here, nothing leaves, since business time is not real time',
      'To send all the same, run "duecourse outlets open OUTLET --reason …"',
    ],
  },
  'kept-clock-movable': {
    zh: ['{outlets} 只保存，不外发：此处的业务时钟可以调整', '如确需外发，请运行 duecourse outlets open 渠道 --reason …'],
    en: [
      '{outlets}: kept here, nothing leaves, since the clock can be moved here',
      'To send all the same, run "duecourse outlets open OUTLET --reason …"',
    ],
  },
  'email-ok': { zh: ['邮件通过 {host} 发送'], en: ['Mail is sent by {host}'] },
  'email-unreachable': {
    zh: ['无法连接邮件服务器 {host}', '请检查 SMTP_URL 和网络'],
    en: ['The mail server {host} cannot be reached', 'Check SMTP_URL and the network'],
  },
  'email-outbox': {
    zh: ['邮件处于发件箱模式：只保存，不外发', '如需发送，请设置 SMTP_URL 和 SMTP_FROM'],
    en: ['Mail is in outbox mode: kept, none leaves this machine', 'To send, set SMTP_URL and SMTP_FROM'],
  },
  'sms-ok': { zh: ['短信通过 Twilio 发送（{from}）'], en: ['SMS is sent by Twilio ({from})'] },
  'sms-outbox': {
    zh: ['短信处于发件箱模式：只保存，不外发', '如需发送，请设置 TWILIO_ACCOUNT_SID、TWILIO_AUTH_TOKEN 和 TWILIO_FROM'],
    en: [
      'SMS is in outbox mode: kept, none leaves this machine',
      'To send, set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM',
    ],
  },
  'rows-faulty': {
    zh: [
      '有 {count} 条记录的日期或金额超出允许范围',
      '管理员待办“有记录的日期或金额超出允许范围”列出了这些记录：单据请在来源系统更正后重新提交，付款承诺请撤销后重新登记',
    ],
    en: [
      '{count} rows have a date or an amount out of bounds',
      'The administrator\'s task "Records with a date or an amount out of bounds" names them: correct a document where it comes from and send it again; cancel a promise and record it anew',
    ],
  },
  'keys-none': {
    zh: ['还没有可用的 API 密钥', '请运行：duecourse key create --name ADMIN --role admin'],
    en: ['There is no API key yet', 'Run: duecourse key create --name ADMIN --role admin'],
  },
  'admins-few': {
    zh: [
      '有效的管理员密钥只有 {count} 个',
      '具有审批权的密钥须由第二位管理员确认，请运行：duecourse key create --name ADMIN-2 --role admin',
    ],
    en: [
      'Keys of administrators in force: {count}',
      'A key that decides needs a second administrator. Run: duecourse key create --name ADMIN-2 --role admin',
    ],
  },
} as const satisfies Record<string, Words>;
export type FindingCode = keyof typeof findings;

/** `note`: fine, but worth knowing. Only `bad` makes the deployment wrong. */
export interface Finding {
  state: 'ok' | 'note' | 'bad';
  code: FindingCode;
  params?: Record<string, string | number>;
}

const fill = (text: string, params: Record<string, string | number>, language: 'zh' | 'en'): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => sayDate(String(params[name] ?? whole), language));

/** A finding in words: what is so, and how to mend it. */
export function findingText({ code, params = {} }: Finding, language: 'zh' | 'en'): { said: string; mend: string | null } {
  const [said, mend] = findings[code][language] as Said;
  return { said: closedUp(fill(said, params, language)), mend: mend === undefined ? null : fill(mend, params, language) };
}
