const SECONDS = /^\d{1,12}(?:\.\d{1,6})?$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const MONTH = `(?<month>${MONTHS.join('|')})`;
const TIME = '(?<hour>\\d{2}):(?<minute>\\d{2}):(?<second>\\d{2})';
// The three forms of HTTP dates that a recipient has to accept, RFC 9110 section 5.6.7.
const DATES = [
  new RegExp(`^[A-Z][a-z]{2}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{5,8}, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`),
  new RegExp(`^[A-Z][a-z]{2} ${MONTH} (?<day>[ \\d]\\d) ${TIME} (?<year>\\d{4})$`),
];

/**
 * The value of a `Retry-After` header → milliseconds to wait from `now` (ms since 1970). Seconds and HTTP dates are
 * understood; a date that has passed is 0. `undefined` for anything else.
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  const text = value?.trim();
  if (!text || text.length > 40) return undefined;
  if (SECONDS.test(text)) return Math.ceil(Number(text) * 1_000);
  const at = parseHttpDate(text, now);
  return at === undefined ? undefined : Math.max(0, at - now);
}

function parseHttpDate(text: string, now: number): number | undefined {
  for (const form of DATES) {
    const parts = form.exec(text)?.groups;
    if (!parts) continue;
    const month = MONTHS.indexOf(parts.month ?? '');
    const [day, hour, minute, second] = [parts.day, parts.hour, parts.minute, parts.second].map(Number);
    const at = Date.UTC(fullYear(parts.year ?? '', now), month, day, hour, minute, second);
    return new Date(at).getUTCDate() === day ? at : undefined;
  }
  return undefined;
}

/** Two digits mean the year with that ending that is not more than 50 years ahead, as RFC 9110 has it. */
function fullYear(year: string, now: number): number {
  if (year.length === 4) return Number(year);
  const current = new Date(now).getUTCFullYear();
  const candidate = current - (current % 100) + Number(year);
  return candidate > current + 50 ? candidate - 100 : candidate;
}
