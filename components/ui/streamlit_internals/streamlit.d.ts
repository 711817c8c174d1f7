/** What Streamlit (1.67) hands to the script of a v2 component at every rerun that changes it. */
export interface Component<Data> {
  data: Data;
  parentElement: HTMLElement;
  /** Reruns the fragment; the value is gone after that run. */
  setTriggerValue(name: string, value: unknown): void;
  /** Reruns the fragment; the value stays. */
  setStateValue(name: string, value: unknown): void;
}

/** What a widget draws into its host element. */
export interface View<Data> {
  update(component: Component<Data>): void;
  destroy(): void;
}
