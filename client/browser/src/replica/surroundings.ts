/** What the page hears of its surroundings. */
export interface Surroundings {
  online(): boolean;
  /** Told when the network comes or goes, and when the page is shown again. */
  onChange(listener: (what: 'online' | 'offline' | 'shown') => void): () => void;
}
