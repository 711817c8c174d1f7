# The app as an image: `make image`. It runs as user 10001 on a read-only root, writes to /data and
# /tmp alone, and answers on port 8501. docs/operations.md, "Containers".

FROM python:3.11.15-slim-bookworm AS packages
WORKDIR /build
COPY requirements.lock .
# Python's own files are compiled now, as nothing can be written later.
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --requirement requirements.lock \
    && /opt/venv/bin/pip uninstall --yes pip setuptools

FROM python:3.11.15-slim-bookworm
ARG VERSION=unknown
LABEL org.opencontainers.image.title="Kontext Studio" \
    org.opencontainers.image.version="$VERSION"

RUN install --directory --owner 10001 --group 10001 --mode 0700 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    HOME=/tmp \
    KONTEXT_DATA_DIR=/data \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501
# A checkout may be closed to others. And whether a file is newer than its bytecode cannot be told
# once a layer has changed its time.
RUN chmod -R a+rX . \
    && python -m compileall -q --invalidation-mode unchecked-hash app.py components pages

USER 10001:10001
VOLUME /data
EXPOSE 8501
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-IS", "deploy/health_check.py"]
CMD ["streamlit", "run", "app.py"]
