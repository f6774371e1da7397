# Consent audit from Debian's packages: browser, Python, npm. `docker compose up` runs the schedule and the site.
FROM debian:trixie-slim

RUN apt-get update \
 && apt-get install --yes --no-install-recommends \
      ca-certificates chromium chromium-headless-shell fonts-dejavu-core make npm python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/consent-audit
COPY pyproject.toml requirements.lock package.json package-lock.json Makefile README.md datasette-metadata.json ./
COPY auditor auditor
COPY crawler crawler
COPY db db
RUN make install

# The browser's own sandbox needs a user that is not root.
RUN useradd --create-home --uid 10001 audit && mkdir /data && chown audit /data
USER audit
WORKDIR /data
VOLUME /data
ENV PATH="/opt/consent-audit/.venv/bin:$PATH"
ENTRYPOINT ["consent-audit"]
CMD ["schedule", "run", "--log-json"]
