# The daily tasks: `just` lists them. Each is one command, which CONTRIBUTING.md has too, for whoever has no `just`.

_default:
    @just --list --unsorted

# the program at work, without an account
rehearse:
    cargo run --locked -- rehearse --go-live

# the simulator, for a client of your own
simulate:
    cargo run --locked -- simulate --listen 127.0.0.1:8080

# all tests
test:
    cargo test --locked

# one seed of the simulation, with its trace
seed number="123":
    SEED={{ number }} cargo test --locked --test simulation -- --nocapture

# format
format:
    cargo fmt --all

# lints
lint:
    cargo clippy --all-targets --locked -- -D warnings

# take changed snapshots; then read `git diff`
snapshots:
    INSTA_UPDATE=always cargo test --locked

# inputs and outputs in action.yml and the README anew
reference:
    UPDATE_REFERENCE=1 cargo test --locked --test cli reference

# the manifest's JSON Schema anew
schema:
    cargo run --locked -- schema > schema/offer-manifest.schema.json

# the pictures of the reports anew
draw:
    scripts/draw-reports

# what it costs, as tables
bench:
    cargo bench --locked --bench figures

# fuzz all targets, a minute each
fuzz:
    fuzz/run

# what the dependencies may be, and whether one is not used
dependencies:
    cargo deny check
    cargo machete --with-metadata

# the container, as the runner runs it
e2e *tests:
    tests/e2e/run {{ tests }}

# a workflow that uses the action, run by act
act:
    tests/e2e/act

# the reusable workflows, run by act
workflows:
    tests/workflows/run

# the charts of the summary, read by Mermaid
mermaid:
    tests/mermaid/run

# check runs, judged by the description of GitHub's API
contract:
    tests/contract/run

# another client against the simulator
foreign:
    tests/foreign/run

# the scripts of a release
release:
    tests/release/run

# everything, as CI does it
ci:
    bash .ci/run
