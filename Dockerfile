# The tag follows `rust-version` in Cargo.toml; another image with the same toolchain can stand in for it.
ARG RUST_IMAGE=rust:1.95-slim-bookworm

# Dependabot reads no ARG (dependabot/dependabot-core#2057), so it proposes a newer tag on this line, from which nothing is built;
# `.ci/run` then wants the same above.
FROM rust:1.95-slim-bookworm AS newest

FROM ${RUST_IMAGE} AS build
# Writes the list of dependencies into the program, where scanners such as Syft, Trivy and `cargo audit bin` find it.
RUN cargo install --locked cargo-auditable@0.7.7
# A static program runs in an empty image. With `--target`, the flag stays away from build scripts and procedural macros,
# which cannot be static.
ENV RUSTFLAGS="-C target-feature=+crt-static"
WORKDIR /build
# The dependencies alone, under an empty program: this layer, the long one, is built anew only when they change.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src && echo 'fn main() {}' >src/main.rs && touch src/lib.rs && \
    cargo auditable build --release --locked --target "$(rustc --print host-tuple)"
COPY src src
# The manifest that a rehearsal falls back to is part of the program.
COPY examples/offer.yml examples/offer.yml
# Cargo compares times, and a checkout's files can be older than the empty program.
RUN touch src/main.rs src/lib.rs && \
    cargo auditable build --release --locked --target "$(rustc --print host-tuple)" && \
    cp target/*/release/offer-release /offer-release

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /offer-release /offer-release
# The runner needs root and sets the working directory itself, so there is no USER and no WORKDIR. No shell stands between
# the runner's signals and the program.
ENTRYPOINT ["/offer-release"]
# Last, for they change with each commit.
ARG SOURCE=""
ARG VERSION=""
ARG REVISION=""
LABEL org.opencontainers.image.title="offer-release" \
      org.opencontainers.image.description="Publishes Azure Marketplace offers from GitHub Actions." \
      org.opencontainers.image.licenses="MIT OR Apache-2.0" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
