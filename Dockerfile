# The tag says what this is, the digest which build of it. A bot proposes newer ones; by hand it is `make base-image`.
FROM python:3.13-slim-bookworm@sha256:a1165e272e578941b84abc79e4ab38a0305cd12803a5c4247979ac7655f4d641 AS base

FROM base AS build
WORKDIR /app
COPY requirements.txt ./
# Wheels alone: nothing is compiled, so no compiler is needed, here or later.
RUN python -m venv --without-pip .venv \
    && python -m pip --python .venv/bin/python install --no-cache-dir --only-binary :all: \
        --require-hashes --requirement requirements.txt
COPY bot bot
COPY manifest.yml LICENSE ./
RUN .venv/bin/python -m compileall -q bot

FROM base
# LibreOffice turns office documents into PDFs; the fonts stand in for those that documents name most; libarchive opens
# RAR, 7-Zip and other archives. Versions are not pinned: Debian removes old ones from a release, and what replaces them
# are security updates.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        fonts-crosextra-caladea fonts-crosextra-carlito fonts-dejavu-core fonts-liberation fonts-noto-cjk \
        libarchive13 \
        libreoffice-calc-nogui libreoffice-impress-nogui libreoffice-writer-nogui \
    && rm -rf /var/lib/apt/lists/* \
    && python -m pip uninstall --yes pip \
    && useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin bot \
    && install --directory --owner bot --group bot --mode 0700 /data
COPY --from=build /app /app
WORKDIR /app
# The time that running answers get is less than the ten seconds after which Docker kills a container.
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BOT_DATA_DIR=/data \
    BOT_HTTP_HOST=0.0.0.0 \
    BOT_LOG_FORMAT=json \
    BOT_SHUTDOWN_GRACE_S=7
USER 10001:10001
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["python", "-m", "bot", "health"]
CMD ["python", "-m", "bot", "run"]
