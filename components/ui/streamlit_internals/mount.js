/**
 * Mounts one view per host element, for as long as that element is in the document.
 *
 * Streamlit (1.67) calls a component's script at every rerun that changes its data. It calls the
 * returned function when the element has left the page, and also for a call that a newer one
 * overtook. So only an element that has left the document destroys its view.
 */

/** @import { Component, View } from "./streamlit.js" */

/** @typedef {HTMLElement & {unmountView?: () => void}} Host */

/**
 * @template Data
 * @param {(parent: HTMLElement) => View<Data>} create
 * @returns {(component: Component<Data>) => () => void} the component's script
 */
export function mountComponent(create) {
  /** @type {WeakMap<HTMLElement, View<Data>>} */
  const views = new WeakMap();

  /** @param {Host} parent */
  function viewOf(parent) {
    let view = views.get(parent);
    if (!view) {
      parent.unmountView?.(); // left by an older version of the script
      view = create(parent);
      const { destroy } = view;
      parent.unmountView = destroy.bind(view);
      views.set(parent, view);
    }
    return view;
  }

  return (component) => {
    /** @type {Host} */
    const parent = component.parentElement;
    viewOf(parent).update(component);
    return () => {
      if (parent.isConnected || !views.delete(parent)) return;
      parent.unmountView?.();
      delete parent.unmountView;
    };
  };
}
