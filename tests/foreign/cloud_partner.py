"""SUSE's azure-img-utils publishes an offer on the simulator, with only its hosts redirected.

Usage: cloud_partner.py BASE_URL. Exits with 0 if the client saw the whole release through.
"""

import sys

from azure_img_utils.azure_image import AzureImage
from azure_img_utils.exceptions import AzureImgUtilsException

from simulated import expect, redirect, wait_for

HOSTS = ('login.microsoftonline.com', 'cloudpartner.azure.com')

redirect(sys.argv[1], HOSTS)


def client(secret='secret'):
    return AzureImage(
        container='images',
        credentials={
            'clientId': 'application',
            'clientSecret': secret,
            'tenantId': 'contoso.onmicrosoft.com',
            'activeDirectoryEndpointUrl': 'https://login.microsoftonline.com',
            'managementEndpointUrl': 'https://management.azure.com/',
        },
    )


def release(publisher, offer):
    suse = client()
    expect(f'{offer} exists', suse.offer_exists(offer, publisher))
    before = suse.get_offer_doc(offer, publisher)
    suse.add_image_to_offer(
        blob_name='image.vhd',
        image_name='image-v20261121',
        image_description='An image',
        offer_id=offer,
        publisher_id=publisher,
        label='Image',
        sku='standard',
        blob_url='https://storage/image.vhd',
    )
    after = suse.get_offer_doc(offer, publisher)
    expect('the draft was changed', '2026.11.21' in str(after) and after['version'] > before['version'])

    operation = suse.publish_offer(offer, publisher, 'release@contoso.com')
    print('publish:', operation)
    wait_for('offer', lambda: suse.get_offer_status(offer, publisher), 'waitingForPublisherReview')
    print('operation at the sign-off:', suse.get_operation(operation)['status'])

    operation = suse.go_live_with_offer(offer, publisher)
    print('go live:', operation)
    wait_for('operation', lambda: suse.get_operation(operation)['status'], 'complete')
    expect('the offer is live', suse.get_offer_status(offer, publisher) == 'succeeded')
    links = suse.get_operation(operation)['liveLinks']
    expect('it has a live link', links[0]['uri'].startswith('https://'))


try:
    client('wrong').offer_exists('offer', 'contoso')
    sys.exit('a wrong secret was accepted')
except AzureImgUtilsException as error:
    print('a wrong secret:', error)

expect('an unknown offer does not exist', not client().offer_exists('unknown', 'contoso'))
for name in ('migrated', 'of-2018'):
    release('contoso', name)
