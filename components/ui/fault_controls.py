"""Controls that switch the sandbox's faults on and off; absent when kie.ai is used."""

from __future__ import annotations

import streamlit as st

from components.studio.studio import FaultControls
from components.ui.escape import escape_markdown

_RATES = {"Always": 1.0, "Half the time": 0.5, "Now and then": 0.1}
_FAULTS_KEY, _RATE_KEY = "sandbox-faults", "drill-rate"


def render_fault_controls(controls: FaultControls) -> None:
    """The active faults, which apply to everybody, and a way to change them."""
    # Another window may have changed them.
    st.session_state[_FAULTS_KEY] = list(controls.rates)
    st.session_state[_RATE_KEY] = _rate_label(max(controls.rates.values(), default=1.0))
    with st.container(key="kx-fault-controls"):
        st.multiselect(
            "Try faults",
            list(controls.faults),
            key=_FAULTS_KEY,
            placeholder="None",
            help="What the sandbox gets wrong from now on, for everybody on this studio.",
            on_change=_apply,
            args=(controls,),
        )
        for name in controls.rates:
            st.caption(f"**{escape_markdown(name)}** {escape_markdown(controls.faults[name])}")
        if controls.rates:
            st.segmented_control(
                "How often",
                list(_RATES),
                key=_RATE_KEY,
                required=True,
                width="stretch",
                on_change=_apply,
                args=(controls,),
            )


def _apply(controls: FaultControls) -> None:
    rate = _RATES[st.session_state[_RATE_KEY]]
    controls.set_faults(dict.fromkeys(st.session_state[_FAULTS_KEY], rate))


def _rate_label(rate: float) -> str:
    return min(_RATES, key=lambda label: abs(_RATES[label] - rate))
