# Small, not root, and content with a read-only root file system: all that it writes is under /data.
#
#   docker build -t onrecord .
#   docker run --rm onrecord demo
#   docker run --read-only -v onrecord-data:/data onrecord
#
# A configuration of your own: -v "$PWD/config.toml:/app/config.toml:ro". With listen = "0.0.0.0:8080" in its [web] table
# -p 127.0.0.1:8080:8080 reaches the web server. Secrets: --env-file .env, or NAME_FILE.

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/onrecord
COPY requirements.txt ./
RUN /opt/onrecord/bin/python -m pip install --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY rules rules
COPY watchers watchers
RUN /opt/onrecord/bin/python -m pip install --no-deps --no-build-isolation . \
    && /opt/onrecord/bin/python -m pip uninstall --yes hatchling editables pip

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin onrecord \
    && install -d -o onrecord -g onrecord /data
COPY --from=build /opt/onrecord /opt/onrecord
COPY config.toml /app/config.toml
ENV PATH="/opt/onrecord/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    TMPDIR=/data \
    ONRECORD_CONFIG=/app/config.toml \
    ONRECORD_DATABASE=sqlite:////data/onrecord.db
WORKDIR /data
VOLUME /data
USER onrecord
# `[web] listen` of the shipped configuration; the check runs inside the container.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["onrecord"]
CMD ["run"]
