import { h, setText } from './dom.ts';
import { bytes, bytesText, count, counted, ratio } from './format.ts';
import { STAGES, type History, type Stage } from './history.ts';
import { STAGE_NAMES } from './chart.ts';
import type { HubStatus } from './hub-status.ts';

/** The four figures on top: what one wants to know at a glance. */
export function drawFigures(place: HTMLElement, status: HubStatus, history: History): void {
  const now = history.recent();
  const { total } = history;
  const keys = status.databases.reduce((sum, database) => sum + database.keys, 0);
  const [wire, unit] = bytes(now.wire);
  place.replaceChildren(
    figure('Changes at the source', count(now.hints), '/s', counted(keys, 'key')),
    figure('Keys sent', count(now.keysSent), '/s', `to ${counted(status.subscribers.length, 'client')}`),
    figure('On the wire', wire, ` ${unit}/s`, `${bytesText(total.wire)} so far`),
    figure('Fewer bytes', ratio(total.raw, total.wire), '', `${ratio(total.raw, total.merged)} merged, ${ratio(total.merged, total.compressed)} packed`),
  );
}

function figure(name: string, value: string, unit: string, more: string): HTMLElement {
  return h('div', { class: 'figure' }, h('span', {}, name), h('strong', {}, value, h('small', {}, unit)), h('span', {}, more));
}

/** Beside the chart: what each stage carries now, and how much of all changes that is. */
export class Stages {
  private readonly rows = new Map<Stage, { rate: HTMLElement; bar: HTMLElement; more: HTMLElement }>();

  constructor(place: HTMLElement) {
    for (const stage of STAGES) {
      const row = { rate: h('b'), bar: h('div', { class: stage }), more: h('small') };
      this.rows.set(stage, row);
      place.append(
        h(
          'div',
          { class: 'stage' },
          h('div', { class: 'row' }, h('span', { class: `swatch ${stage}` }), STAGE_NAMES[stage], row.rate),
          h('div', { class: 'bar' }, row.bar),
          row.more,
        ),
      );
    }
  }

  draw(history: History): void {
    const now = history.recent();
    for (const [stage, { rate, bar, more }] of this.rows) {
      const total = history.total[stage];
      const all = history.total.raw;
      setText(rate, `${bytesText(now[stage])}/s`);
      bar.style.width = `${all > 0 ? Math.min(100, (100 * total) / all) : 0}%`;
      const share = all > 0 && stage !== 'raw' ? `, ${((100 * total) / all).toFixed(total < all / 10 ? 1 : 0)} % of all` : '';
      setText(more, `${bytesText(total)} in all${share}`);
    }
  }
}
