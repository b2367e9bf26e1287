"""SUSE's azure-img-utils 2 and Red Hat's cloudpub release an offer each on the simulator.

Only their hosts are redirected. Usage: product_ingestion.py BASE_URL. Exits with 0 if both clients
saw their releases through.
"""

import logging
import sys

from azure_img_utils.azure_image import AzureImage
from cloudpub.ms_azure.service import AzureService
from cloudpub.ms_azure.utils import AzurePublishingMetadata

from simulated import expect, redirect, wait_for

HOSTS = ('login.microsoftonline.com', 'graph.microsoft.com')
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


def release_with_azure_img_utils(offer):
    suse = AzureImage(
        container='images',
        credentials={
            'clientId': 'application',
            'clientSecret': 'secret',
            'tenantId': 'contoso.onmicrosoft.com',
            'activeDirectoryEndpointUrl': 'https://login.microsoftonline.com',
            'managementEndpointUrl': 'https://management.azure.com/',
        },
    )
    expect(f'{offer} exists', suse.offer_exists(offer))
    suse.add_image_to_offer(
        blob_name='image.vhd',
        image_name='image-v20261121',
        offer_id=offer,
        sku='standard',
        blob_url=DISK,
        generation_id='standard-gen1',
    )
    expect('the draft was changed', '2026.11.21' in versions(suse.get_offer_doc(offer)))
    suse.publish_offer(offer)
    wait_for('offer', lambda: suse.get_offer_status(offer), 'waitingForPublisherReview')
    operation = suse.go_live_with_offer(offer)
    wait_for('job', lambda: suse.get_operation(operation)['jobStatus'], 'completed')
    live = suse.get_offer_doc(offer, target_type='live')
    expect('the version is live', versions(live) == ['1.0.0', '2026.11.21'])


def release_with_cloudpub(offer):
    red_hat = AzureService(
        {
            'AZURE_CLIENT_ID': 'application',
            'AZURE_TENANT_ID': 'contoso.onmicrosoft.com',
            'AZURE_API_SECRET': 'secret',
        },
        retry_interval=0.2,
        retry_timeout=60,
    )
    red_hat.publish(
        AzurePublishingMetadata(
            disk_version='1.1.0',
            sku_id='standard',
            generation='V2',
            support_legacy=True,
            image_path=DISK,
            architecture='x64',
            destination=f'{offer}/standard',
            keepdraft=False,
            overwrite=False,
        )
    )
    product = red_hat.get_productid(offer)
    live = red_hat.get_product(product.split('/')[-1], target='live').to_json()
    expect('the version is live', versions(live) == ['1.0.0', '1.1.0'])


release_with_azure_img_utils('by-suse')
release_with_cloudpub('by-red-hat')
