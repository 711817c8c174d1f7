/**
 * The viewer's buttons and keys: radio groups, what each key asks for, and full screen.
 */

/**
 * Makes buttons with role=radio and data-value one radio group: one tab stop, arrows move.
 *
 * @param {HTMLElement} group
 * @param {(value: string) => void} onPick
 * @param {AbortSignal} signal
 * @returns {(value: string) => void} Marks a value as the chosen one.
 */
export function wireRadios(group, onPick, signal) {
  const radios = [...group.querySelectorAll("[role=radio]")];

  group.addEventListener(
    "click",
    (event) => {
      const radio = event.target.closest("[role=radio]");
      if (radio) onPick(radio.dataset.value);
    },
    { signal },
  );
  group.addEventListener(
    "keydown",
    (event) => {
      const forward = event.key === "ArrowRight" || event.key === "ArrowDown";
      if (!forward && event.key !== "ArrowLeft" && event.key !== "ArrowUp") return;
      event.preventDefault();
      event.stopPropagation();
      const here = radios.indexOf(event.target.closest("[role=radio]"));
      const next = radios[(here + (forward ? 1 : -1) + radios.length) % radios.length];
      next.focus();
      onPick(next.dataset.value);
    },
    { signal },
  );
  return (value) => {
    for (const radio of radios) {
      const chosen = radio.dataset.value === value;
      radio.setAttribute("aria-checked", String(chosen));
      radio.tabIndex = chosen ? 0 : -1;
    }
  };
}

/**
 * What a key asks of the viewer, or null. Left and right carry a sign, Shift makes them ten.
 *
 * @param {KeyboardEvent} event
 * @returns {{name: string, amount?: number} | null}
 */
export function commandFor(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const onButton = event.target.closest("button") !== null;
  const steps = event.shiftKey ? 10 : 1;
  switch (event.key) {
    case "ArrowLeft":
      return { name: "left", amount: steps };
    case "ArrowRight":
      return { name: "right", amount: steps };
    case "ArrowUp":
      return { name: "up", amount: steps };
    case "ArrowDown":
      return { name: "down", amount: steps };
    case "Home":
      return { name: "start" };
    case "End":
      return { name: "end" };
    case "1":
    case "2":
    case "3":
    case "4":
      return { name: "mode", amount: Number(event.key) - 1 };
    case "b":
    case "B":
      return { name: "peek" };
    case "f":
    case "F":
      return event.repeat ? null : { name: "full" };
    case "Escape":
      return { name: "leave" };
    case "+":
    case "=":
      return { name: "in" };
    case "-":
    case "_":
      return { name: "out" };
    case "0":
      return { name: "fit" };
    case " ":
      return onButton ? null : { name: "play" };
    default:
      return null;
  }
}

/**
 * Full screen for one element. Where the browser refuses (an iPhone, a frame without the
 * permission), the element fills the window instead, on the browser's top layer.
 *
 * @param {HTMLElement} root  Gets the class `kx-compare-full` while it fills the screen.
 * @param {(active: boolean) => void} onChange
 * @param {AbortSignal} signal
 * @returns {{readonly active: boolean, toggle: () => Promise<void>, leave: () => void}}
 */
export function createFullScreen(root, onChange, signal) {
  let active = false;

  function set(next) {
    active = next;
    root.classList.toggle("kx-compare-full", next);
    onChange(next);
  }

  function fillWindow() {
    if (root.showPopover) {
      root.popover = "manual";
      root.showPopover();
    }
    set(true);
  }

  function leave() {
    if (!active) return;
    if (document.fullscreenElement === root) {
      document.exitFullscreen(); // the event below does the rest
      return;
    }
    if (root.popover) {
      root.hidePopover();
      root.popover = null;
    }
    set(false);
  }

  document.addEventListener(
    "fullscreenchange",
    () => {
      const full = document.fullscreenElement === root;
      if (full !== active && !root.popover) set(full);
    },
    { signal },
  );

  return {
    get active() {
      return active;
    },
    async toggle() {
      if (active) {
        leave();
        return;
      }
      if (!document.fullscreenEnabled || !root.requestFullscreen) {
        fillWindow();
        return;
      }
      await root.requestFullscreen().catch(fillWindow);
    },
    leave,
  };
}
