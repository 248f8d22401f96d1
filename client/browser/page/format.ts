const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Number and unit apart, three digits at most: "1.24", "MB". */
export function bytes(n: number): [number: string, unit: string] {
  let value = n;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return [digits(value, unit === 0), BYTE_UNITS[unit]];
}

export function bytesText(n: number): string {
  return bytes(n).join(' ');
}

/** Counts in full below ten million, then "12.3 M". */
export function count(n: number): string {
  return n < 10_000_000 ? whole.format(Math.round(n)) : `${digits(n / 1e6, false)} M`;
}

/** "1 client", "2,000 clients". */
export function counted(n: number, thing: string): string {
  return `${count(n)} ${thing}${n === 1 ? '' : 's'}`;
}

/** "12×", "3.4×"; "–" for what nothing went into. */
export function ratio(before: number, after: number): string {
  return after > 0 && before > 0 ? `${(before / after).toFixed(before >= 10 * after ? 0 : 1)}×` : '–';
}

export function seconds(n: number): string {
  if (n < 0.01) {
    return '0 s';
  }
  if (n < 100) {
    return `${Number.isInteger(n) ? n : digits(n, false)} s`;
  }
  return n < 7200 ? `${Math.round(n / 60)} min` : n < 172_800 ? `${Math.round(n / 3600)} h` : `${Math.round(n / 86_400)} d`;
}

export function ago(unixMillis: number, nowMillis: number): string {
  const age = (nowMillis - unixMillis) / 1000;
  return age < 2 ? 'just now' : `${seconds(Math.round(age))} ago`;
}

function digits(n: number, integer: boolean): string {
  return integer || n >= 99.95 ? whole.format(n) : n >= 9.995 ? n.toFixed(1) : n.toFixed(2);
}
