"""SUSE's azure-img-utils 2 and Red Hat's cloudpub release an offer each on the simulator.

Only their hosts are redirected. Usage: product_ingestion.py BASE_URL. Exits with 0 if both clients
saw their releases through.
"""

import logging
import sys

from ingestion_clients import (
    HOSTS,
    add_with_azure_img_utils,
    open_azure_img_utils,
    open_cloudpub,
    release_with_azure_img_utils,
    release_with_cloudpub,
)
from simulated import expect, redirect
DISK = 'https://contoso.blob.core.windows.net/vhds/image.vhd?sv=2022-11-02&sig=new'

redirect(sys.argv[1], HOSTS)
# cloudpub mentions each field that it does not know.
logging.disable(logging.WARNING)


def versions(tree):
    """The numbers of all image versions in a tree."""
    return [
        version['versionNumber']
        for resource in tree['resources']
        for version in resource.get('vmImageVersions', [])
    ]


def release_suse(offer):
    suse = open_azure_img_utils()
    expect(f'{offer} exists', suse.offer_exists(offer))
    add_with_azure_img_utils(suse, offer, DISK)
    expect('the draft was changed', '2026.11.21' in versions(suse.get_offer_doc(offer)))
    release_with_azure_img_utils(suse, offer, 60)
    live = suse.get_offer_doc(offer, target_type='live')
    expect('the version is live', versions(live) == ['1.0.0', '2026.11.21'])


def release_red_hat(offer):
    red_hat = open_cloudpub(60)
    release_with_cloudpub(red_hat, offer, DISK, True)
    product = red_hat.get_productid(offer)
    live = red_hat.get_product(product.split('/')[-1], target='live').to_json()
    expect('the version is live', versions(live) == ['1.0.0', '1.1.0'])


release_suse('by-suse')
release_red_hat('by-red-hat')
