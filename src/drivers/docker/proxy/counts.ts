import type { SideFigures } from '../../../core/canary-judgement.ts';
import { BUCKETS_PER_DECADE, LATENCY_BUCKETS } from '../../../core/latency.ts';
import { execute } from '../../image/engine/exec.ts';
import type { Host } from '../host.ts';
import { COUNTED, COUNTS_FOLDER, REQUEST_LOG, SLOT_FOLDER } from './caddy.ts';

/**
 * Adds up what the proxy has logged since the last time: by address, of routes that are counted. `sums` holds what is
 * added up and how far each file was read, and is replaced whole: two at a time, or a kill, count nothing twice and lose
 * nothing. While the proxy begins another file it is read again. An address that is not counted any more is forgotten.
 */
const ADD_UP = `mkdir -p ${COUNTS_FOLDER} && cd ${COUNTS_FOLDER} || exit 1
addresses() {
  for slots in ${SLOT_FOLDER}/*/current; do
    [ -e "$slots/${COUNTED}" ] && grep -h . "$slots"/[0-9][0-9]
  done | sort -u | sed 's/^/of /'
}
lines() {
  for file in ${REQUEST_LOG}*.log; do
    [ -e "$file" ] && {
      set -- $(stat -L -c '%i %s' /proc/self/fd/0)
      from=$(echo "$before" | sed -n "s/^at $1 //p")
      [ "\${from:=0}" -le "$2" ] || from=0
      echo "at $1 $2"
      tail -c +$((from + 1)) | head -c $(($2 - from))
      echo
    } <"$file"
  done
}
for try in 1 2 3 4 5; do
  # Read once: what is added up and how far belong together.
  before=$(cat sums 2>/dev/null)
  files=$(ls ${REQUEST_LOG}*.log 2>/dev/null)
  { addresses; echo "$before" | grep '^sum '; lines; } | awk -F '"' '
    BEGIN { longest[0] = 1; for (at = 0; at < ${LATENCY_BUCKETS - 1}; at++) longest[at + 1] = longest[at] * ${10 ** (1 / BUCKETS_PER_DECADE)} }
    function bucket(ms, low, high, middle) {
      high = ${LATENCY_BUCKETS - 1}
      while (low < high) {
        middle = int((low + high) / 2)
        if (ms > longest[middle] + 0) low = middle + 1; else high = middle
      }
      return high
    }
    function add(address, at, count) { answers[address, at] += count }
    /^of / { address = substr($0, 4); counted[address] = 1; requests[address] += 0; errors[address] += 0 }
    /^at / { print }
    /^sum / {
      parts = split($0, part, " ")
      if (!(part[2] in counted)) next
      requests[part[2]] += part[3]; errors[part[2]] += part[4]
      for (at = 5; at <= parts; at++) { split(part[at], pair, ":"); add(part[2], pair[1], pair[2]) }
    }
    /^[{]/ {
      for (at = 2; at < NF; at += 2) {
        if ($at == "upstream") address = $(at + 2)
        if ($at == "status") status = substr($(at + 1), 2) + 0
        if ($at == "ms") ms = substr($(at + 1), 2)
      }
      if (!(address in counted)) next
      requests[address]++
      if (status >= 500) errors[address]++
      if (ms ~ /^[0-9]/) add(address, bucket(ms + 0), 1)
    }
    END {
      for (address in counted) {
        printf "sum %s %d %d", address, requests[address], errors[address]
        for (at = 0; at < ${LATENCY_BUCKETS}; at++) if (answers[address, at]) printf " %d:%d", at, answers[address, at]
        print ""
      }
    }' >"new-$$" || exit 1
  [ "$files" = "$(ls ${REQUEST_LOG}*.log 2>/dev/null)" ] && break
done
mv "new-$$" sums`;

/** For the script of a switch, before users are split: what was counted of an earlier canary is forgotten. */
export const FORGET = `( ${ADD_UP}\n)`;

/** Requests by address of the routes of a host that are counted; `undefined` when its proxy cannot do that now. */
export async function countRequests({ engine, shared }: Host): Promise<ReadonlyMap<string, SideFigures> | undefined> {
  const { exitCode, output } = await execute(engine, shared.proxy, ['sh', '-c', `${ADD_UP}\ngrep '^sum ' sums`]);
  if (exitCode !== 0) return undefined;
  const { stdout } = await output();
  return new Map(
    stdout.flatMap((line) => {
      const [kind, address, requests, errors, ...buckets] = line.split(' ');
      if (kind !== 'sum' || address === undefined) return [];
      return [[address, { requests: Number(requests), errors: Number(errors), latencies: latenciesOf(buckets) }]];
    }),
  );
}

function latenciesOf(buckets: readonly string[]): readonly number[] {
  const counts = new Map(buckets.map((text) => text.split(':').map(Number) as [number, number]));
  return Array.from({ length: LATENCY_BUCKETS }, (_, bucket) => counts.get(bucket) ?? 0);
}

/** Of several addresses, or of one release on several hosts, together. */
export function addUp(sides: readonly SideFigures[]): SideFigures {
  return {
    requests: sides.reduce((sum, { requests }) => sum + requests, 0),
    errors: sides.reduce((sum, { errors }) => sum + errors, 0),
    latencies: latenciesOf([]).map((_, at) => sides.reduce((sum, { latencies }) => sum + (latencies[at] ?? 0), 0)),
  };
}
