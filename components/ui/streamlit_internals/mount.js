/**
 * One drawing for each element that Streamlit gives a component, for as long as that is on the page.
 *
 * Streamlit (1.67) calls a component's script at every rerun that changes what it is given. The
 * function that is returned it calls when the element has left the page, and also for a call that a
 * newer one overtook: so only an element that has left ends its drawing.
 *
 * @template Component what Streamlit hands over: `data`, `parentElement` and the setters
 * @param {(parent: HTMLElement) => {update: (component: Component) => void, destroy: () => void}} make
 * @returns {(component: Component) => () => void} the component's script
 */
export function mountComponent(make) {
  /** @type {WeakMap<HTMLElement, ReturnType<typeof make>>} */
  const drawings = new WeakMap();
  return (component) => {
    const { parentElement: parent } = component;
    if (!drawings.has(parent)) {
      parent.endDrawing?.(); // by a script that was here before the app was brought up to date
      const drawing = make(parent);
      parent.endDrawing = () => drawing.destroy();
      drawings.set(parent, drawing);
    }
    drawings.get(parent).update(component);
    return () => {
      if (parent.isConnected) return;
      drawings.get(parent)?.destroy();
      drawings.delete(parent);
    };
  };
}
