-- Names of accounts that are nobody's: what a program, a machine in the cloud or a desk is called.

-- faceless_accounts: One row for each account whose kind or name leads to no person, with what it is. A name that several people can bear is made of words for a post or a place alone (desk, shared, kiosk, shift …; numbers and
-- short codes aside): one more word, or a single plain word with a number (operator-12), may be a person, or stand for one. weak: a role session that names nobody known, where most accounts of the
-- system are people's by their own records: its name is what the caller chose. family: the name, or what several made-up names have in common (botocore-session-*).
-- materialise
CREATE VIEW faceless_accounts AS
WITH worded AS (
  SELECT
    account, operator_kind, operator_key, service_declared, service_from_s,
    regexp_extract_all(lower(regexp_replace(split_part(trim(operator), '@', 1), '([a-z])([A-Z])', '\1 \2', 'g')), '[a-z]{3,}') AS words,
    regexp_split_to_array(operator_key, '[^a-z]+') AS parts
  FROM ground.accounts
  WHERE operator IS NOT NULL
), clients AS (
  SELECT u.account
  FROM (SELECT k.account, q.user_agent FROM ground.use_keys AS k POSITIONAL JOIN main.queries AS q) AS u
  INNER JOIN ground.accounts AS a ON a.account = u.account AND a.operator_kind = 'role_session'
  GROUP BY u.account
  HAVING count(*) = count(*) FILTER (WHERE contains(u.user_agent, 'AWS_Lambda') OR contains(u.user_agent, 'exec-env/AWS_') OR contains(u.user_agent, 'AWS_ECS') OR u.user_agent LIKE '%.amazonaws.com')
), common AS (
  SELECT DISTINCT lower(trim(operator)) AS operator_key
  FROM main.operators
  WHERE regexp_matches(lower(role), '\b(shared|generic|common|pooled|group|team)\b.*\b(account|login|user|id|mailbox)\b|^(shared|generic)$|compartid|gemeinsam')
), people AS (
  SELECT system, count(*) FILTER (WHERE operator_kind = 'human') AS persons, count(*) AS accounts FROM ground.accounts WHERE operator IS NOT NULL GROUP BY system
), told AS (
  SELECT
    w.account, w.operator_kind, w.operator_key, w.service_declared OR w.service_from_s IS NOT NULL AS declared, c.account IS NOT NULL AS by_program, a.rostered, 2 * p.persons >= p.accounts AND p.persons >= 5 AS peopled,
    CASE
      WHEN w.operator_kind = 'service' OR w.operator_key LIKE '%.amazonaws.com' THEN 'a service'
      WHEN w.service_declared OR w.service_from_s IS NOT NULL THEN 'a declared service account'
      WHEN regexp_full_match(w.operator_key, 'i-0[0-9a-f]{7,16}') OR regexp_matches(w.operator_key, '^(ip-[0-9]+-[0-9]+|ec2-|eks-|aks-|gke-)') THEN 'a machine in the cloud'
      WHEN regexp_matches(w.operator_key, '^(botocore-session|aws-?cli|aws-sdk|boto3)') THEN 'a name that a program makes up'
      WHEN list_has_any(parts, ['lambda', 'svc', 'api', 'pipeline', 'job', 'bot', 'robot', 'automation', 'cron', 'daemon', 'batch', 'ecs', 'fargate', 'fn', 'function', 'webhook', 'etl', 'worker', 'scheduler', 'backend', 'frontend', 'webapp', 'proxy', 'middleware', 'microservice', 'integration'])
        OR w.operator_key LIKE '%lambda%' OR w.operator_key LIKE 'service-%' OR w.operator_key LIKE '%-service' OR w.operator_key LIKE '%serviceaccount%' OR w.operator_key LIKE '%-role' THEN 'a program by its name'
      WHEN list_has_any(words, ['shared', 'generic', 'kiosk', 'terminal', 'workstation', 'desk', 'frontdesk', 'console', 'counter', 'team', 'squad', 'pool', 'shift', 'nightshift', 'dayshift', 'everyone', 'common', 'group', 'session',
          'precinct', 'station', 'dispatch', 'anyone', 'guest', 'anonymous', 'compartido', 'compartida', 'comun', 'puesto', 'turno', 'comisaria', 'equipo', 'grupo', 'generico', 'partage', 'partagee', 'poste', 'brigade', 'commissariat', 'equipe', 'generique', 'wache', 'dienststelle', 'schicht', 'arbeitsplatz',
          'gemeinsam', 'posto', 'delegacia'])
        AND list_has_all(['shared', 'generic', 'kiosk', 'terminal', 'workstation', 'desk', 'frontdesk', 'console', 'counter', 'team', 'squad', 'pool', 'shift', 'nightshift', 'dayshift', 'everyone', 'common', 'group', 'session', 'precinct',
          'station', 'dispatch', 'anyone', 'guest', 'anonymous', 'compartido', 'compartida', 'comun', 'puesto', 'turno', 'comisaria', 'equipo', 'grupo', 'generico', 'partage', 'partagee', 'poste', 'brigade', 'commissariat', 'equipe', 'generique', 'wache', 'dienststelle', 'schicht', 'arbeitsplatz',
          'gemeinsam', 'posto', 'delegacia', 'analyst', 'analysts', 'detective', 'detectives', 'investigator', 'investigators', 'officer', 'officers', 'patrol', 'intel', 'intelligence', 'duty', 'night', 'day', 'swing',
          'front', 'main', 'public', 'search', 'face', 'faces', 'facial', 'recognition', 'frt', 'lookup', 'county', 'city', 'state', 'police', 'sheriff', 'account', 'login', 'user', 'users', 'operator', 'operators', 'ops', 'crime', 'unit',
          'lab', 'watch', 'supervisor', 'booking', 'intake', 'records', 'record', 'clerk', 'the', 'mobile', 'field', 'north', 'south', 'east', 'west', 'central', 'reception', 'room', 'test', 'temp', 'investigations', 'investigation',
          'investigative', 'bureau', 'division', 'section', 'office', 'department', 'dept', 'agente', 'agent', 'policia', 'guardia', 'oficina', 'noche', 'homicide', 'robbery', 'gang', 'vice', 'narcotics', 'fugitive', 'task', 'force',
          'special', 'violent', 'major', 'crimes', 'property', 'analytics', 'analysis', 'sso', 'prod', 'app', 'portal', 'cuenta'], words)
        OR w.operator_key IN ('user', 'guest', 'anonymous', 'unknown', 'operator', 'session', 'default', 'analyst', 'investigator', 'detective', 'patrol', 'duty', 'desk', 'intel', 'public', 'test', 'temp', 'none', 'n/a', 'null', '-',
          'officer', 'admin', 'administrator', 'root', 'system', 'records') THEN 'a name that several people can bear'
      WHEN r.operator_key IS NOT NULL THEN 'an account that the roster itself calls shared'
    END AS named
  FROM worded AS w
  INNER JOIN ground.accounts AS a ON a.account = w.account
  INNER JOIN people AS p ON p.system = a.system
  LEFT JOIN clients AS c ON c.account = w.account
  LEFT JOIN common AS r ON r.operator_key = w.operator_key
), judged AS (
  SELECT
    account, declared, operator_key, named IS NULL AND NOT by_program AS weak,
    CASE
      WHEN named IS NOT NULL THEN named
      WHEN by_program AND NOT rostered THEN 'a program by its client'
      WHEN operator_kind = 'role_session' AND NOT rostered AND peopled THEN 'a role session that names nobody known'
    END AS what
  FROM told
)
SELECT
  j.account, j.declared, j.what, j.weak,
  CASE
    WHEN j.what = 'a name that a program makes up' AND count(*) OVER (PARTITION BY a.system, regexp_replace(j.operator_key, '[0-9]+$', '')) > 1 THEN regexp_replace(a.operator, '[0-9]+$', '') || '*'
    ELSE a.operator
  END AS family
FROM judged AS j
INNER JOIN ground.accounts AS a ON a.account = j.account
WHERE j.what IS NOT NULL;
