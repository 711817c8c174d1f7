/** What `serialize.py` sends. Empty values are missing. */

export interface Action {
  verb: string;
  label: string;
  icon?: string;
  minor?: boolean;
  disabled_reason?: string;
}

/** A card as `models.py` defines it. Times are epoch milliseconds. */
interface CardFields {
  id: string;
  state: string;
  state_word?: string;
  headline?: string;
  advice?: string;
  created_ms?: number;
  started_ms?: number;
  finished_ms?: number;
  expected_seconds?: number;
  thumbnail_url?: string;
  picture_url?: string;
  download_url?: string;
  file_name?: string;
  before_thumbnail_url?: string;
  color?: string;
  width_px?: number;
  height_px?: number;
  details?: string[];
  note?: string;
  caption?: string;
  starred?: boolean;
  expires_ms?: number;
  group?: string;
  variant_ids?: string[];
}

/** A card as it is sent: `actions` is an index into the grid's `action_sets`. */
export interface SentCard extends CardFields {
  prompt?: string;
  alt?: string;
  actions: number;
}

/** A card as it is drawn. */
export interface Card extends CardFields {
  prompt: string;
  alt: string;
  actions: Action[];
  /** Only its place in the layout is known so far. */
  isPlaceholder?: boolean;
}

/** All cards of the layout, as columns. */
export interface Placeholders {
  thumbnail_url: string;
  ids: string[];
  size: number[];
  sizes: [number, number][];
  groups: [string, number][];
  starred: number[];
  states: Record<number, string>;
  variant_ids: Record<number, string[]>;
}

/** The heading of the cards that one submission made; `id` is their `group`. */
export interface Submission {
  id: string;
  prompt: string;
  details: string[];
  note: string;
  actions: Action[];
}

export interface SentRelatedImage {
  name: string;
  card: SentCard;
}

export interface SentRelated {
  card_id: string;
  steps: SentRelatedImage[];
  branches: SentRelatedImage[];
  variants: SentRelatedImage[];
}

/** Of the field "Change…": as `Changes` in `models.py`. */
export interface SentChanges {
  price: string;
  problem?: string;
  nonce?: number;
  card_id?: string;
  error?: string;
  cards: SentCard[];
}

export interface Undo {
  message: string;
  number: number;
}

export interface GridData {
  layout: "feed" | "grid";
  empty: string;
  last_nonce: number;
  cards: SentCard[];
  action_sets: Action[][];
  push_url?: string;
  bulk_actions?: Action[];
  export_url?: string;
  related?: SentRelated;
  placeholders?: Placeholders;
  submissions?: Submission[];
  dialog_open?: boolean;
  press_verb?: string;
  scroll_to_new?: boolean;
  undo?: Undo;
  changes?: SentChanges;
  now_ms?: number;
}

/** What the browser tells Python about the cards it shows; indices count from 0. */
export interface ViewRequest {
  first: number;
  last: number;
  open_id: string;
}

/** Does something with a card; `control` is the button that was pressed. */
export type Act = (verb: string, card: Card, control?: HTMLElement) => void;

/** Does something with all cards of a submission. */
export type ActOnAll = (verb: string, cards: Card[]) => void;
