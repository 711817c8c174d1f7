"""The drill room: switches the sandbox's faults on and off. There is none on the real service."""

from __future__ import annotations

import streamlit as st

from components.studio.fault_injection import DrillRoom
from components.ui.escape import plain

_RATES = {"Always": 1.0, "Half the time": 0.5, "Now and then": 0.1}
_FAULTS_KEY, _RATE_KEY = "drill-faults", "drill-rate"


def draw_drill(room: DrillRoom) -> None:
    """The faults that strike now, for everybody on this studio, and a way to change them."""
    # Another window may have changed them since.
    st.session_state[_FAULTS_KEY] = list(room.rates)
    st.session_state[_RATE_KEY] = _word_for(max(room.rates.values(), default=1.0))
    with st.container(key="kx-fault-controls"):
        st.multiselect(
            "Try faults",
            list(room.faults),
            key=_FAULTS_KEY,
            placeholder="None",
            help="What the sandbox gets wrong from now on, for everybody on this studio.",
            on_change=_put_in_force,
            args=(room,),
        )
        for name in room.rates:
            st.caption(f"**{plain(name)}** {plain(room.faults[name])}")
        if room.rates:
            st.segmented_control(
                "How often",
                list(_RATES),
                key=_RATE_KEY,
                required=True,
                width="stretch",
                on_change=_put_in_force,
                args=(room,),
            )


def _put_in_force(room: DrillRoom) -> None:
    rate = _RATES[st.session_state[_RATE_KEY]]
    room.set_faults(dict.fromkeys(st.session_state[_FAULTS_KEY], rate))


def _word_for(rate: float) -> str:
    return min(_RATES, key=lambda word: abs(_RATES[word] - rate))
