// What other libraries of job queues call our options: BullMQ's names, and those of its kin and of ioredis.

/** Advice for a name that another library has, where this table has an option for it or the thing is done in another place. */
export function foreignAdvice(name: string, known: readonly string[], prefix = ''): string | undefined {
  const ours = (Object.hasOwn(OURS, name) ? OURS[name] : [])?.find((candidate) => known.includes(candidate));
  if (ours !== undefined) return `it is called ${prefix}${ours} here`;
  return Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined;
}

/** In the order in which they are looked for. */
const OURS: Readonly<Record<string, readonly string[]>> = {
  prefix: ['namespace'],
  keyPrefix: ['namespace'],
  connection: ['redis'],
  redisUrl: ['redis'],
  url: ['redis'],
  uri: ['redis'],
  host: ['redis'],
  port: ['redis'],
  hostname: ['redis'],
  password: ['redis'],
  username: ['redis'],
  db: ['redis'],
  tls: ['redis'],
  path: ['redis'],
  cluster: ['redis'],
  sentinels: ['redis'],
  connectTimeout: ['connectTimeoutMs'],
  timeout: ['timeoutMs', 'deadlineMs'],
  jobId: ['id'],
  deduplication: ['dedup'],
  debounce: ['dedup'],
  headers: ['meta'],
  metadata: ['meta'],
  delay: ['delayMs'],
  concurrency: ['consumers'],
  lockDuration: ['leaseMs'],
  visibilityTimeout: ['leaseMs'],
  maxStalledCount: ['deliveryLimit'],
  maxRetries: ['attempts'],
  retries: ['attempts'],
  retry: ['attempts'],
  maxAttempts: ['attempts'],
  schema: ['data'],
  removeOnComplete: ['ackedCount'],
  keepJobs: ['ackedCount'],
  processor: ['handlers'],
  limiter: ['limit'],
  removeOnFail: ['deadCount'],
  workers: ['processes', 'handlers'],
};

/** Options of ioredis' clients. */
const SET_BY_ACKTOR = (
  'maxRetriesPerRequest enableReadyCheck retryStrategy reconnectOnError lazyConnect enableOfflineQueue autoResubscribe ' +
  'autoResendUnfulfilledCommands connectionName keepAlive noDelay commandTimeout socketTimeout enableAutoPipelining ' +
  'showFriendlyErrorStack clusterRetryStrategy sentinelRetryStrategy sentinelReconnectStrategy slotsRefreshTimeout ' +
  'slotsRefreshInterval scaleReads role preferredSlaves protocol'
).split(' ');

/** What is no option of the same table here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  attempts: 'how often a job is tried stands in its contract: job(name, { attempts })',
  retries: 'how often a job is tried stands in its contract: job(name, { attempts })',
  backoff: 'how long a job waits between attempts stands in its contract: job(name, { backoff })',
  defaultJobOptions: 'what holds for all jobs of a kind stands in their contract: job(name, { attempts, backoff })',
  timeout: 'how long a job may take stands in its contract: job(name, { deadlineMs })',
  removeOnComplete:
    'how long acked jobs are remembered is an option of producers and workers: ackedCount, ackedAgeSeconds',
  removeOnFail: 'how long dead letters are kept is an option of workers: deadCount, deadAgeSeconds',
  lockRenewTime: 'leases are renewed by themselves, three times in leaseMs',
  stalledInterval: 'dead workers are noticed by their connections; how long they may be gone is graceMs',
  limiter: 'how many jobs of a queue may begin in a span is an option of workers: limit',
  autorun: 'a worker consumes as soon as Worker.start() has resolved',
  lifo: 'jobs come first in, first out; priority puts one before others',
  repeat: 'jobs are repeated by producer.schedule()',
  attemptsMade: 'it is counted for each job, and stands in the delivery: attempt',
  jobId: 'an id is given to one job, with send(job, data, { id })',
  concurrency: 'how many jobs are handled at a time is an option of workers: consumers',
  lockDuration: 'how long a lease lasts is an option of workers: leaseMs',
  maxStalledCount: 'how often a job may lose its lease is an option of workers: deliveryLimit',
  prefix: 'what all keys begin with is an option of producers and workers: namespace',
  connection: 'where the queues are is an option of producers and workers: redis',
  connectTimeout: 'how long a start may take is an option beside redis: connectTimeoutMs',
  keyPrefix: 'what all keys begin with is an option beside redis: namespace',
  redisOptions: 'what holds for every node stands beside nodes: username, password, tls',
  enableTLSForSentinelMode: 'sentinelTLS alone says so',
  ...Object.fromEntries(
    SET_BY_ACKTOR.map((name) => [name, 'leave it out: Acktor sets it itself, on every connection']),
  ),
};
