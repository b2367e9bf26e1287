"""SUSE's azure-img-utils adds an image to a draft, and `offer-release draft` adds it to one that is alike: the same document.

Usage: same_document.py BASE_URL PROGRAM. Exits with 0 if the documents are the same, but for the keys named below.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

from azure_img_utils.azure_image import AzureImage

from simulated import expect, redirect

BASE, PROGRAM = sys.argv[1:]
VERSION = '2026.11.21'
DISK = 'https://contoso.blob.core.windows.net/vhds/image.vhd?sp=rl&sr=c&se=2099-01-01T00%3A00%3A00Z&sig=c2lnbmF0dXJl%3D'
TYPES = {'vm': 'microsoft-azure-virtualmachines.vmImages', 'core': 'microsoft-azure-corevm.vmImagesPublicAzure'}
# What the client gives to each version: its arguments, and the date of the image's name.
GIVEN = {'mediaName': 'image-v20261121', 'label': 'Image', 'description': 'An image', 'publishedDate': '11/21/2026', 'showInGui': True}
redirect(BASE, ('login.microsoftonline.com', 'cloudpartner.azure.com'))


def add_by_suse():
    suse = AzureImage(container='images', credentials={
        'clientId': 'application', 'clientSecret': 'secret', 'tenantId': 'contoso.onmicrosoft.com',
        'activeDirectoryEndpointUrl': 'https://login.microsoftonline.com', 'managementEndpointUrl': 'https://management.azure.com/',
    })
    for kind, key in TYPES.items():
        generation = {'generation_id': 'standard-gen2', 'generation_suffix': 'gen2'} if kind == 'core' else {}
        suse.add_image_to_offer(
            blob_name='image.vhd', image_name=GIVEN['mediaName'], image_description=GIVEN['description'], offer_id=f'suse-{kind}',
            publisher_id='contoso', label=GIVEN['label'], sku='standard', blob_url=DISK, vm_images_key=key, **generation)


def edits(holder, suffix=''):
    """What `image` does not say of a version can be said by edits, which are made after it."""
    values = {**GIVEN, 'mediaName': GIVEN['mediaName'] + suffix}
    return [{'set': f'{holder}/{VERSION}/{key}', 'value': value, 'create': True} for key, value in values.items()]


def add_by_ours(texts):
    both = {'version': '${version}', 'disks': {'x64Gen1': '${secret.disk}', 'x64Gen2': '${secret.disk}'}}
    plans = {
        'vm': {'id': 'standard', 'image': {'version': '${version}', 'disk': '${secret.disk}'}},
        'core': {'id': 'standard', 'image': both},
    }
    if texts:
        plans['vm']['edit'] = edits('/' + TYPES['vm'])
        plans['core']['edit'] = edits('/' + TYPES['core']) + edits('/diskGenerations/0/' + TYPES['core'], '-gen2')
    manifest = {'publisher': 'contoso', 'offers': [{'id': f'ours-{kind}', 'plans': [plan]} for kind, plan in plans.items()]}
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, 'offer.yml').write_text(json.dumps(manifest))
        subprocess.run(
            [PROGRAM, 'draft', '--portal-url', BASE, '--authority-url', BASE, '--tenant-id', 'contoso.onmicrosoft.com', '--client-id',
             'application', '--client-secret', 'secret', '--version', VERSION, '--secrets', f'disk={DISK}'],
            cwd=folder, check=True, stdout=subprocess.DEVNULL)


def draft(client, kind):
    with urllib.request.urlopen(f'{BASE}/simulator/state') as answer:
        offers = json.load(answer)['offers']
    text = json.dumps(next(offer['draft'] for offer in offers if offer['id'] == f'{client}-{kind}'))
    return without_legacy(json.loads(text.replace(f'{client}-{kind}', kind)))


def without_legacy(document):
    """This program leaves out the two keys that the service refuses."""
    offer = document['offer']
    document['offer'] = {key: value for key, value in offer.items() if not key.endswith(('.legacyOfferId', '.legacyPublisherId'))}
    return document


def pop_version(document, kind):
    """The version in the plan and in its second generation; the document is then without it."""
    plan = next(plan for plan in document['plans'] if plan['planId'] == 'standard')
    holders = [plan] + plan.get('diskGenerations', [])[:1]
    return [holder[TYPES[kind]].pop(VERSION) for holder in holders]


before = {kind: draft('ours', kind) for kind in TYPES}
add_by_suse()
add_by_ours(texts=False)
for kind in TYPES:
    suse, ours = draft('suse', kind), draft('ours', kind)
    theirs, mine = pop_version(suse, kind), pop_version(ours, kind)
    expect(f'{kind}: all but the version is what it was, in its order', json.dumps(ours) == json.dumps(before[kind]))
    expect(f'{kind}: and as azure-img-utils leaves it', json.dumps(suse) == json.dumps(ours))
    for one, other in zip(theirs, mine, strict=True):
        common = {key: other[key] for key in ('osVhdUrl', 'lunVhdDetails')}
        expect(f'{kind}: the same disk', {key: one[key] for key in common} == common)
        more = sorted(set(one) - set(other))
        wanted = {'vm': ['description', 'label', 'mediaName', 'publishedDate', 'showInGui'], 'core': ['publishedDate']}[kind]
        expect(f'{kind}: `image` alone leaves out {", ".join(wanted)}', more == wanted)

add_by_ours(texts=True)
for kind in TYPES:
    expect(f'{kind}: with edits for these, the same document', draft('suse', kind) == draft('ours', kind))
