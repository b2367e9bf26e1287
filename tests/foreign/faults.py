"""This program beside SUSE's azure-img-utils 2 and Red Hat's cloudpub, in the same ten faults.

Each releases a version of an image to live on a fresh simulator of its own; only the hosts of the
other two are redirected. Prints the table of docs/reliability.md. Usage: faults.py PROGRAM; with CLIENT
and BASE_URL behind it, it is one of the two others, in a process of its own.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
import urllib.request

DISK = 'https://contoso.blob.core.windows.net/vhds/image.vhd?sv=2022-11-02&sp=r&se=2099-01-01&sig=new'
OFFER = 'contoso-offer'
LIMIT = 200

# What a fault is, and how it is written into a scenario; the second configure is the publish.
PUBLISH = "on: 'POST /rp/product-ingestion/configure', nth: 2"
LOOK = "on: 'GET /rp/product-ingestion/configure/*/status'"
FAULTS = [
    ('none', ''),
    ('the answer of the publish is lost', f'faults: [{{{PUBLISH}, do: lose-answer}}]'),
    ('the publish is carried out, and answered 502', f'faults: [{{{PUBLISH}, do: {{status: 502, handled: true}}}}]'),
    ('the publish is not carried out, and answered 502', f'faults: [{{{PUBLISH}, do: {{status: 502}}}}]'),
    ('the publish is answered 429, "after 1 s"', f'faults: [{{{PUBLISH}, do: {{status: 429, retry-after: 1}}}}]'),
    ('the publish is answered 401 once', f'faults: [{{{PUBLISH}, do: {{status: 401}}}}]'),
    ('three looks in a row are answered 503', f'faults: [{{{LOOK}, nth: 2, count: 3, do: {{status: 503}}}}]'),
    ('somebody was faster, and the job fails for it', f'faults: [{{{PUBLISH}, do: duplicate}}]'),
    ('a publish of somebody else runs already', 'PRODUCT status: publishing'),
    ('certification fails', 'PRODUCT preview-errors: [{code: internalServerError, message: Operation failed, details: [{code: invalidState, message: Certification, details: [{code: invalidState, message: Issues found during Certification.}]}]}]'),
    ('a running job is called by a new word', 'ingestion: {running-word: processing}'),
]

SCENARIO = """\
time-scale: 20000
auth:
  token-lifetime: 30d
  tenants:
    - id: contoso.onmicrosoft.com
      clients: [{id: application, secret: secret}]
products:
  - {id: contoso-offer, preview-takes: 6h, live-takes: 6h, PRODUCT}
"""

MANIFEST = """\
api: product-ingestion
publisher: contoso
offers:
  - id: contoso-offer
    plans:
      - id: standard
        image: {version: 1.1.0, disks: {x64Gen2: "${secret.disk}"}}
"""


def run_other(client, base):
    """Releases with one of the two others."""
    import ingestion_clients as clients
    from simulated import redirect

    redirect(base, clients.HOSTS)
    logging.disable(logging.WARNING)
    if client == 'cloudpub':
        clients.release_with_cloudpub(clients.open_cloudpub(30), OFFER, DISK, False)
    else:
        suse = clients.open_azure_img_utils()
        clients.add_with_azure_img_utils(suse, OFFER, DISK)
        clients.release_with_azure_img_utils(suse, OFFER, 30)


def run_ours(program, base):
    with tempfile.TemporaryDirectory() as folder:
        with open(f'{folder}/offer.yml', 'w') as file:
            file.write(MANIFEST)
        inputs = {
            'ingestion-url': base,
            'authority-url': base,
            'tenant-id': 'contoso.onmicrosoft.com',
            'client-id': 'application',
            'client-secret': 'secret',
            'secrets': f'disk={DISK}',
            'poll-interval': '200ms',
            'timeout': f'{LIMIT - 10}s',
        }
        flags = [part for name, value in inputs.items() for part in (f'--{name}', value)]
        return finish([program, 'release', '--go-live', *flags], folder)


def finish(command, folder):
    """The exit code, and the last words."""
    environment = {'PATH': os.environ['PATH'], 'HOME': folder}
    try:
        ended = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT + 30
        )
    except subprocess.TimeoutExpired:
        return 'did not end', ''
    lines = (ended.stdout + ended.stderr).strip().splitlines()
    return ended.returncode, lines[-1] if lines else ''


def release(program, client, fault):
    """What became of a release in a world of its own."""
    scenario = SCENARIO
    if fault.startswith('PRODUCT'):
        scenario = scenario.replace('PRODUCT', fault.removeprefix('PRODUCT '))
    else:
        scenario = scenario.replace(', PRODUCT', '') + fault + '\n'
    with tempfile.NamedTemporaryFile('w', suffix='.yml') as file:
        file.write(scenario)
        file.flush()
        command = [program, 'simulate', '--listen', '127.0.0.1:0', '--scenario', file.name]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        base = server.stdout.readline().strip()
        try:
            if client == 'ours':
                code, last = run_ours(program, base)
            else:
                here = os.path.dirname(os.path.abspath(__file__))
                script = [sys.executable, '-B', os.path.abspath(__file__), program, client, base]
                code, last = finish(script, here)
            with urllib.request.urlopen(f'{base}/simulator/state') as answer:
                product = json.load(answer)['ingestion']['products'][0]
        finally:
            server.terminate()
            server.wait()
    resources = [one for one in product['live'] or [] if 'vmImageVersions' in one]
    is_live = any(len(one['vmImageVersions']) > 1 for one in resources)
    publishes = len(product['numbers'])
    said = 'success' if code == 0 else 'failure' if code != 'did not end' else 'no end'
    print(f'  {client}: {code} {last[:300]}', file=sys.stderr)
    plural = '' if publishes == 1 else 'es'
    return f'{"live" if is_live else "not live"}, says {said}, {publishes} publish{plural}'


def compare(program):
    clients = ['ours', 'cloudpub', 'azure-img-utils']
    program = os.path.abspath(program)
    print('| fault | offer-release | cloudpub 1.7.6 | azure-img-utils 2.7.0 |\n|---|---|---|---|')
    for name, fault in FAULTS:
        print(name, file=sys.stderr)
        cells = [release(program, client, fault) for client in clients]
        print(f'| {name} | ' + ' | '.join(cells) + ' |', flush=True)


if len(sys.argv) == 2:
    compare(sys.argv[1])
else:
    run_other(sys.argv[2], sys.argv[3])
