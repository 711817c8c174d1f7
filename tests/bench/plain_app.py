"""The app that everybody writes first: post, loop, sleep 3. `streamlit run` runs it."""

import os
import time

import requests
import streamlit as st

API = os.environ["KIE_BASE_URL"] + "/api/v1/flux/kontext"
HEADERS = {"Authorization": f"Bearer {os.environ['KIE_API_KEY']}"}

prompt = st.text_input("Prompt")
if st.button("Generate"):
    sent = requests.post(f"{API}/generate", json={"prompt": prompt}, headers=HEADERS, timeout=60)
    task = {"taskId": sent.json()["data"]["taskId"]}
    with st.spinner("Generating"):
        while True:
            answer = requests.get(f"{API}/record-info", params=task, headers=HEADERS, timeout=60)
            data = answer.json()["data"]
            if data["successFlag"] == 1:
                break
            time.sleep(3)
    st.image(data["response"]["resultImageUrl"])
