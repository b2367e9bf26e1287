"""The two foreign clients of the Product Ingestion API, and how each releases an image."""

from azure_img_utils.azure_image import AzureImage
from cloudpub.ms_azure.service import AzureService
from cloudpub.ms_azure.utils import AzurePublishingMetadata

from simulated import wait_for

HOSTS = ('login.microsoftonline.com', 'graph.microsoft.com')


def open_azure_img_utils():
    """SUSE's client."""
    return AzureImage(
        container='images',
        credentials={
            'clientId': 'application',
            'clientSecret': 'secret',
            'tenantId': 'contoso.onmicrosoft.com',
            'activeDirectoryEndpointUrl': 'https://login.microsoftonline.com',
            'managementEndpointUrl': 'https://management.azure.com/',
        },
    )


def add_with_azure_img_utils(client, offer, disk):
    """Writes the version 2026.11.21 into the draft."""
    client.add_image_to_offer(
        blob_name='image.vhd',
        image_name='image-v20261121',
        offer_id=offer,
        sku='standard',
        blob_url=disk,
        generation_id='standard-gen1',
    )


def release_with_azure_img_utils(client, offer, seconds):
    """Publishes the draft and takes it live; each half may take so long."""
    client.publish_offer(offer)
    wait_for('offer', lambda: client.get_offer_status(offer), 'waitingForPublisherReview', seconds)
    operation = client.go_live_with_offer(offer)
    wait_for('job', lambda: client.get_operation(operation)['jobStatus'], 'completed', seconds)


def open_cloudpub(seconds):
    """Red Hat's client, which repeats what fails for so long."""
    return AzureService(
        {
            'AZURE_CLIENT_ID': 'application',
            'AZURE_TENANT_ID': 'contoso.onmicrosoft.com',
            'AZURE_API_SECRET': 'secret',
        },
        retry_interval=0.2,
        retry_timeout=seconds,
    )


def release_with_cloudpub(client, offer, disk, support_legacy):
    """Writes the version 1.1.0 into the draft, publishes it and takes it live."""
    client.publish(
        AzurePublishingMetadata(
            disk_version='1.1.0',
            sku_id='standard',
            generation='V2',
            support_legacy=support_legacy,
            image_path=disk,
            architecture='x64',
            destination=f'{offer}/standard',
            keepdraft=False,
            overwrite=False,
        )
    )
