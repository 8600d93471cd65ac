# Intouch in a container: `intouch COMMAND` as user 10001, on a root file system that may be read-only.
# What it writes goes to /var/lib/intouch. How to run it: docs/deploying.md.
ARG BASE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE} AS build
# The instant that every file of ours carries, so that the same sources make the same image.
ARG SOURCE_DATE_EPOCH=0
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements.lock requirements-dev.lock ./
# The compiler is for what decides (docs/decisions/0030-compiled.md), and stays in this stage.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev \
 && rm -rf /var/lib/apt/lists/*
# The lock's own versions and hashes, those of what builds too; nothing of others is compiled from source.
RUN python -m venv --without-pip /opt/venv \
 && python -m pip --python /opt/venv/bin/python install --no-deps --require-hashes --only-binary :all: -r requirements.lock \
 && sed -En '/^(setuptools|mypy|mypy-extensions|typing-extensions|pathspec|librt|ast-serialize)==/,/# via/p' requirements-dev.lock > backend.lock \
 && python -m venv /backend \
 && /backend/bin/python -m pip install --no-deps --require-hashes --only-binary :all: -r backend.lock
COPY pyproject.toml setup.py README.md ./
COPY service service
# Installed into a folder, not into site-packages: rules/, templates/ and schemas/ lie beside the package, as they do in
# the repository, and the settings find them there.
RUN INTOUCH_COMPILE=1 CFLAGS="-g0 -pipe" /backend/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
 && python -m pip --python /opt/venv/bin/python install --no-deps --no-index --target /app /wheels/*.whl
COPY rules /app/rules
COPY templates /app/templates
COPY schemas /app/schemas
# Bytecode that trusts its source: nobody can write here, and a read-only root could not keep it.
RUN /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/venv/lib /app/service \
 && mkdir -p /data \
 && find /opt/venv /app /data -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} +

FROM ${BASE}
ARG SOURCE_DATE_EPOCH=0
# What runs needs no installer; whoever got in would.
RUN groupadd --gid 10001 intouch \
 && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /var/lib/intouch --shell /usr/sbin/nologin intouch \
 && rm -rf /usr/local/bin/pip* /usr/local/lib/python3.*/ensurepip /usr/local/lib/python3.*/site-packages/*
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
COPY --from=build --chown=10001:10001 /data /var/lib/intouch
ENV PATH=/app/bin:/opt/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    INTOUCH_DATA_DIR=/var/lib/intouch
WORKDIR /var/lib/intouch
VOLUME ["/var/lib/intouch"]
USER 10001:10001
EXPOSE 8080
# For `run` and `serve`; `work` and `consume` have no door to knock at.
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s --retries=3 \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/healthz', timeout=3)"]
ENTRYPOINT ["intouch"]
CMD ["run"]
