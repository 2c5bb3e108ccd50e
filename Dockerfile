# Kith in a container:
#   docker build --tag kith .
#   docker run --detach --volume ./data:/data --env KITH_IMAP_PASSWORD kith
# All that is the owner's is in /data, which belongs to user 10001: kith.toml, kith.db, kith.key, templates/.

FROM python:3.13-slim AS build
WORKDIR /src

# What is locked is installed by its hash, as wheels, before the sources are there: a change of the code
# leaves these layers as they are.
COPY requirements.lock requirements-build.lock ./
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --quiet --only-binary :all: --require-hashes --requirement requirements-build.lock
RUN python -m venv --without-pip /opt/kith \
 && /opt/build/bin/pip --python /opt/kith install --quiet --only-binary :all: --require-hashes --requirement requirements.lock

COPY pyproject.toml README.md CHANGELOG.md LICENSE ./
COPY config ./config
COPY templates ./templates
COPY service ./service
RUN /opt/build/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /opt/wheels . \
 && /opt/build/bin/pip --python /opt/kith install --quiet --no-deps --no-index /opt/wheels/*.whl


FROM python:3.13-slim
# A number that stays the same: the files in /data belong to it. The name is only for people who look.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin kith \
 && install --directory --owner=10001 --group=10001 --mode=0700 /data
# To the same path: a virtual environment knows where it lives.
COPY --from=build /opt/kith /opt/kith
ENV PATH=/opt/kith/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOME=/data \
    KITH_CONFIG=/data/kith.toml \
    KITH_STORE__URL=sqlite:////data/kith.db \
    KITH_STORE__KEY=file:/data/kith.key
USER 10001:10001
WORKDIR /data
VOLUME /data
# Kith ends what it is doing and leaves.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=1m --timeout=10s --start-period=1m --retries=3 CMD ["kith", "status", "--live"]
ENTRYPOINT ["kith"]
CMD ["run"]
