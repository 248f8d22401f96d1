import { Chart } from './chart.ts';
import { byId, h } from './dom.ts';
import { drawFigures, Stages } from './figures.ts';
import { count } from './format.ts';
import { History } from './history.ts';
import { fetchStatus, StatusRefused, type HubStatus } from './hub-status.ts';
import { KeyBrowser } from './key-browser.ts';
import { drawClients, drawDatabases } from './tables.ts';

const LOOK_MILLIS = 1000;
const PATIENCE_MILLIS = 5000;
const TOKEN = 'replicator-token';

/** The page of a hub: looks at its status once a second while it is shown. */
class HubPage {
  private readonly history = new History();
  private readonly chart = new Chart(byId('chart'));
  private readonly stages = new Stages(byId('stages'));
  private readonly keys = new KeyBrowser();
  private token = sessionStorage.getItem(TOKEN) ?? '';

  start(): void {
    byId('sign-in').addEventListener('submit', (event) => {
      event.preventDefault();
      this.token = byId<HTMLInputElement>('token').value;
      sessionStorage.setItem(TOKEN, this.token);
      void this.look();
    });
    void this.lookAgain();
  }

  private async lookAgain(): Promise<void> {
    if (document.visibilityState === 'visible') {
      await this.look();
    }
    setTimeout(() => void this.lookAgain(), LOOK_MILLIS);
  }

  private async look(): Promise<void> {
    try {
      this.draw(await fetchStatus(this.token, AbortSignal.timeout(PATIENCE_MILLIS)));
    } catch (e) {
      this.failed(e);
    }
  }

  private draw(status: HubStatus): void {
    byId('sign-in').hidden = true;
    this.say(status.draining ? 'warn' : 'good', status.draining ? 'shutting down' : 'live');
    byId('hub').textContent = status.hubId;
    document.title = `${status.hubId} · Replicator`;
    this.history.add(status);
    drawFigures(byId('figures'), status, this.history);
    this.chart.draw(this.history.samples);
    this.stages.draw(this.history);
    drawDatabases(byId<HTMLTableElement>('databases'), status);
    drawClients(byId<HTMLTableElement>('clients'), status, this.history);
    byId('clients-said').textContent = status.subscribers.length === 0 ? '' : `${count(status.subscribers.length)} connected`;
    byId('databases-said').textContent = `${count(status.databases.reduce((sum, { keys }) => sum + keys, 0))} keys`;
    this.keys.offer(
      status.databases.map(({ database }) => database),
      this.token,
    );
  }

  private failed(failure: unknown): void {
    if (failure instanceof StatusRefused && (failure.status === 401 || failure.status === 403)) {
      byId('sign-in').hidden = false;
      byId('sign-in-said').textContent = this.token === '' ? '' : failure.message;
      this.say('warn', 'a token is needed');
    } else {
      this.say('bad', failure instanceof StatusRefused ? failure.message : 'the hub does not answer');
    }
  }

  private say(state: 'good' | 'warn' | 'bad', text: string): void {
    const place = byId('link');
    place.className = `state ${state}`;
    place.replaceChildren(h('span', { class: 'dot' }), text);
  }
}

new HubPage().start();
