import { h, setText, svg } from './dom.ts';
import { bytesText, seconds } from './format.ts';
import { STAGES, type Sample, type Stage } from './history.ts';

const WIDTH = 600;
const HEIGHT = 200;
const GRID = [0.25, 0.5, 0.75];

/** Fewer samples than this leave room at the left. */
const LEAST_SPAN = 20;

export const STAGE_NAMES: Record<Stage, string> = {
  raw: 'all changes',
  merged: 'merged',
  compressed: 'compressed',
  wire: 'on the wire',
};

/**
 * Bytes per second at each stage over the last minutes, as areas in front of each other: what is
 * behind is what was saved. A pointer, or the arrow keys, shows the figures of one moment.
 */
export class Chart {
  private readonly areas = new Map<Stage, SVGElement>();
  private readonly cross = svg('line', { class: 'cross', y1: '0', y2: String(HEIGHT), visibility: 'hidden' });
  private readonly axes = GRID.map((share) => ({ share, label: h('span', { class: 'axis' }) }));
  private readonly tip = h('div', { class: 'tip', hidden: '' });
  private readonly drawing: SVGElement;
  private readonly oldest = h('span', {}, '');
  private samples: readonly Sample[] = [];
  private chosen: number | undefined; // position counted from the newest

  constructor(place: HTMLElement) {
    this.drawing = svg('svg', {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: 'none',
      tabindex: '0',
      role: 'img',
      'aria-label': 'Bytes per second at each stage over the last minutes',
    });
    for (const { share } of this.axes) {
      const y = String(HEIGHT * (1 - share));
      this.drawing.append(svg('line', { class: 'grid', x1: '0', x2: String(WIDTH), y1: y, y2: y }));
    }
    for (const stage of STAGES) {
      const area = svg('path', { class: stage });
      this.areas.set(stage, area);
      this.drawing.append(area);
    }
    this.drawing.append(svg('line', { class: 'grid', x1: '0', x2: String(WIDTH), y1: String(HEIGHT), y2: String(HEIGHT) }), this.cross);
    const ticks = h('div', { class: 'ticks' }, this.oldest, h('span', {}, 'now'));
    place.replaceChildren(this.drawing, ...this.axes.map(({ label }) => label), ticks, this.tip);
    this.listen();
  }

  draw(samples: readonly Sample[]): void {
    this.samples = samples;
    const top = niceTop(Math.max(1000, ...samples.map((sample) => sample.raw)));
    for (const stage of STAGES) {
      this.areas.get(stage)?.setAttribute('d', area(samples, stage, top, this.span));
    }
    for (const { share, label } of this.axes) {
      setText(label, `${bytesText(top * share)}/s`);
      label.style.top = `${100 * (1 - share)}%`;
    }
    setText(this.oldest, seconds(this.span) + ' ago');
    this.showChosen();
  }

  /** Samples from edge to edge: one a second. */
  private get span(): number {
    return Math.max(LEAST_SPAN, this.samples.length);
  }

  private listen(): void {
    this.drawing.addEventListener('pointermove', (event) => {
      const { left, width } = this.drawing.getBoundingClientRect();
      this.choose(Math.round((1 - (event.clientX - left) / width) * (this.span - 1)));
    });
    this.drawing.addEventListener('pointerleave', () => this.choose(undefined));
    this.drawing.addEventListener('blur', () => this.choose(undefined));
    this.drawing.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: 1, ArrowRight: -1, PageUp: 30, PageDown: -30 }[event.key];
      if (step !== undefined) {
        event.preventDefault();
        this.choose((this.chosen ?? 0) + step);
      } else if (event.key === 'Escape') {
        this.choose(undefined);
      }
    });
  }

  private choose(fromNewest: number | undefined): void {
    this.chosen = fromNewest === undefined ? undefined : Math.max(0, Math.min(fromNewest, this.samples.length - 1));
    this.showChosen();
  }

  private showChosen(): void {
    const sample = this.chosen === undefined ? undefined : this.samples.at(-1 - this.chosen);
    this.tip.hidden = sample === undefined;
    this.cross.setAttribute('visibility', sample === undefined ? 'hidden' : 'visible');
    if (sample === undefined || this.chosen === undefined) {
      return;
    }
    const share = 1 - this.chosen / (this.span - 1);
    const x = String(WIDTH * share);
    this.cross.setAttribute('x1', x);
    this.cross.setAttribute('x2', x);
    this.tip.replaceChildren(
      h('div', {}, new Date(sample.unixMillis).toLocaleTimeString()),
      ...STAGES.map((stage) =>
        h('div', {}, h('span', { class: `swatch ${stage}` }), STAGE_NAMES[stage], h('span', {}, `${bytesText(sample[stage])}/s`)),
      ),
    );
    this.tip.style.left = share > 0.5 ? 'auto' : `calc(${100 * share}% + 10px)`;
    this.tip.style.right = share > 0.5 ? `calc(${100 * (1 - share)}% + 10px)` : 'auto';
  }
}

/** The newest sample stands at the right edge, whatever the number of them. */
function area(samples: readonly Sample[], stage: Stage, top: number, span: number): string {
  if (samples.length === 0) {
    return '';
  }
  const x = (i: number) => ((WIDTH * (span - samples.length + i)) / (span - 1)).toFixed(1);
  const line = samples.map((sample, i) => `${x(i)} ${(HEIGHT * (1 - sample[stage] / top)).toFixed(1)}`).join('L');
  return `M${x(0)} ${HEIGHT}L${line}L${x(samples.length - 1)} ${HEIGHT}Z`;
}

/** The next 1, 2, 4 or 8 with zeros that leaves some room above. */
function niceTop(highest: number): number {
  const power = 10 ** Math.floor(Math.log10(highest * 1.08));
  return power * ([1, 2, 4, 8, 10].find((step) => step * power >= highest * 1.08) ?? 10);
}
