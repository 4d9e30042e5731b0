/**
 * The log. A publish locks the head rows of its partitions, so commit order is offset order and offsets have no gaps:
 * a reader needs no more than `off >= next`.
 */
export const busSchema = `
select pg_advisory_xact_lock(hashtextextended('annals.bus.schema', 0));

create table if not exists bus_topic (
  topic text primary key,
  partitions int not null check (partitions > 0),
  retention_ms bigint not null
);

create table if not exists bus_part (
  topic text not null references bus_topic,
  part int not null,
  head bigint not null default 0,
  tail bigint not null default 0,
  primary key (topic, part)
) with (fillfactor = 50);

create table if not exists bus_msg (
  topic text not null,
  part int not null,
  off bigint not null,
  key text not null,
  headers jsonb not null,
  value bytea not null,
  ts timestamptz not null default clock_timestamp(),
  primary key (topic, part, off)
);

create table if not exists bus_member (
  grp text not null,
  member text not null,
  topics text[] not null,
  expires_at timestamptz not null,
  primary key (grp, member)
);

create table if not exists bus_group (
  grp text not null,
  topic text not null,
  part int not null,
  off bigint not null,
  owner text,
  epoch bigint not null default 0,
  lease_until timestamptz,
  primary key (grp, topic, part)
) with (fillfactor = 50);

create or replace function bus_publish(
  p_topic text, p_parts int[], p_keys text[], p_headers text[], p_values bytea[]
) returns table (part int, off bigint) language plpgsql as $$
#variable_conflict use_column
declare
  v_locked int;
begin
  -- Locked in order of their number: two publishers cannot wait for each other.
  select count(*) into v_locked from (
    select from bus_part p where p.topic = p_topic and p.part = any (p_parts) order by p.part for update
  ) locked;
  if v_locked <> (select count(distinct u.part) from unnest(p_parts) as u(part)) then
    raise exception 'topic % lacks a partition', p_topic;
  end if;
  return query
    with incoming as (
      select i.n, i.part, i.key, i.headers::jsonb as headers, i.value,
             row_number() over (partition by i.part order by i.n) - 1 as place
      from unnest(p_parts, p_keys, p_headers, p_values) with ordinality as i(part, key, headers, value, n)
    ), counts as (
      select c.part, count(*) as messages from incoming c group by c.part
    ), moved as (
      update bus_part p set head = p.head + c.messages from counts c
      where p.topic = p_topic and p.part = c.part
      returning p.part, p.head - c.messages as base
    ), placed as (
      select i.n, i.part, m.base + i.place as off, i.key, i.headers, i.value
      from incoming i join moved m on m.part = i.part
    ), stored as (
      insert into bus_msg (topic, part, off, key, headers, value)
      select p_topic, s.part, s.off, s.key, s.headers, s.value from placed s
    )
    select r.part, r.off from placed r order by r.n;
  perform pg_notify('annals_bus', p_topic);
end $$;
`;

/** Channel of hints: the name of a topic with new messages, or `group:<name>` when its members should look again. */
export const busChannel = 'annals_bus';
