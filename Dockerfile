# The tag follows `rust-version` in Cargo.toml; another image with the same toolchain can stand in for it.
ARG RUST_IMAGE=rust:1.95-slim-bookworm

FROM ${RUST_IMAGE} AS build
# A static program runs in an empty image. With `--target`, the flag stays away from build scripts and procedural macros,
# which cannot be static.
ENV RUSTFLAGS="-C target-feature=+crt-static"
WORKDIR /build
# The dependencies alone, under an empty program: this layer, the long one, is built anew only when they change.
COPY Cargo.toml Cargo.lock ./
RUN mkdir src && echo 'fn main() {}' >src/main.rs && touch src/lib.rs && \
    cargo build --release --locked --target "$(rustc --print host-tuple)"
COPY src src
# The manifest that a rehearsal falls back to is part of the program.
COPY examples/offer.yml examples/offer.yml
# Cargo compares times, and a checkout's files can be older than the empty program.
RUN touch src/main.rs src/lib.rs && \
    cargo build --release --locked --target "$(rustc --print host-tuple)" && \
    cp target/*/release/offer-release /offer-release

FROM scratch
LABEL org.opencontainers.image.title="offer-release" \
      org.opencontainers.image.description="Publishes Azure Marketplace offers from GitHub Actions." \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /offer-release /offer-release
# The runner needs root and sets the working directory itself, so there is no USER and no WORKDIR. No shell stands between
# the runner's signals and the program.
ENTRYPOINT ["/offer-release"]
