//! The resources that a product has by default.

use serde_json::{Value, json};

/// Where all schemas are.
pub const SCHEMAS: &str = "https://schema.mp.microsoft.com/schema";

/// Version `2022-03-01-previewN` of a schema.
fn name_schema(kind: &str, preview: u8) -> String {
    format!("{SCHEMAS}/{kind}/2022-03-01-preview{preview}")
}

/// The draft of a new product, without its submission.
pub fn default_resources(guid: &str, id: &str, product_type: &str, plans: &[String]) -> Vec<Value> {
    let product = format!("product/{guid}");
    let mut resources = vec![
        json!({
            "$schema": name_schema("product", 3), "id": product,
            "identity": {"externalId": id}, "type": product_type, "alias": id,
        }),
        json!({
            "$schema": name_schema("property", 2), "id": format!("property/{guid}"),
            "product": product, "kind": "azureVM", "termsOfUseUrl": "https://contoso.example/terms",
            "termsConditions": "custom",
            "categories": {"analytics": ["visualization-and-reporting"]},
        }),
        json!({
            "$schema": name_schema("listing", 5),
            "id": format!("listing/{guid}/public/main/default/en-us"),
            "product": product, "kind": "azureVM-listing", "title": id,
            "searchResultSummary": "One line", "shortDescription": "Two lines",
            "description": "<p>HTML &amp; more</p>", "languageId": "en-us",
            "privacyPolicyLink": "https://contoso.example/privacy",
            "cloudSolutionProviderMarketingMaterials": "", "generalLinks": [],
            "supportContact": {"name": "Bob", "email": "b@contoso.example", "phone": "2"},
            "engineeringContact": {"name": "Ann", "email": "a@contoso.example", "phone": "1"},
        }),
        json!({
            "$schema": name_schema("listing-asset", 5),
            "id": format!("listing-asset/{guid}/public/main/default/en-us/azurelogosmall/1"),
            "product": product, "listing": format!("listing/{guid}/public/main/default/en-us"),
            "kind": "azure-listing-asset", "type": "azureLogoSmall", "languageId": "en-us",
            "description": "", "displayOrder": 0, "fileName": "small.png",
            "friendlyName": "small.png", "url": "https://assets.example/small.png",
        }),
        json!({
            "$schema": name_schema("price-and-availability-offer", 3),
            "id": format!("price-and-availability-offer/{guid}"), "product": product,
            "previewAudiences": [{
                "type": "subscription", "id": "d2b43582-0000-4000-8000-000000000001",
                "label": "testers",
            }],
        }),
    ];
    for (index, plan) in plans.iter().enumerate() {
        resources.extend(default_plan(guid, plan_guid(guid, index).as_str(), plan, product_type));
    }
    resources
}

/// The id of a product's plan.
fn plan_guid(guid: &str, index: usize) -> String {
    let end = guid.rsplit('-').next().unwrap_or_default();
    format!("5b9f2a10-0000-4000-{index:04x}-{end}")
}

fn default_plan(guid: &str, plan_guid: &str, name: &str, product_type: &str) -> Vec<Value> {
    let product = format!("product/{guid}");
    let plan = format!("plan/{guid}/{plan_guid}");
    let of_plan = |kind: &str| format!("{kind}/{guid}/{plan_guid}");
    let listing = format!("plan-listing/{guid}/public/main/{plan_guid}/en-us");
    vec![
        json!({
            "$schema": name_schema("plan", 2), "id": plan, "identity": {"externalId": name},
            "product": product, "alias": name, "azureRegions": ["azureGlobal"],
        }),
        json!({
            "$schema": name_schema("plan-listing", 5), "id": listing,
            "product": product, "plan": plan,
            "kind": "azureVM-plan", "name": name, "summary": "Summary",
            "description": "Description", "languageId": "en-us",
        }),
        json!({
            "$schema": name_schema("price-and-availability-plan", 4),
            "id": of_plan("price-and-availability-plan"), "product": product, "plan": plan,
            "visibility": "visible", "markets": ["us", "de"], "audience": "public",
            "pricing": {"licenseModel": "byol"}, "softwareReservation": [],
            "privateAudiences": [], "customerMarkets": "customMarkets",
        }),
        technical_configuration(&product, &plan, &of_plan, name, product_type),
    ]
}

fn machine_image(plan: &str, image_type: &str) -> Value {
    let disk = format!(
        "https://contoso.blob.core.windows.net/vhds/{plan}-1.0.0-{image_type}.vhd\
         ?sv=2022-11-02&sr=c&sp=rl&st=2025-12-31T00%3A00%3A00Z&se=2099-01-01T00%3A00%3A00Z\
         &sig=c2ltdWxhdGVk%2B{plan}%3D"
    );
    let source = json!({"sourceType": "sasUri", "osDisk": {"uri": disk}, "dataDisks": []});
    json!({"imageType": image_type, "source": source})
}

fn technical_configuration(
    product: &str,
    plan: &str,
    of_plan: &dyn Fn(&str) -> String,
    name: &str,
    product_type: &str,
) -> Value {
    if product_type == "azureContainer" {
        let kind = "container-plan-technical-configuration";
        return json!({
            "$schema": name_schema(kind, 3), "id": of_plan(kind), "product": product, "plan": plan,
            "payloadType": "image",
            "imageRepositoryDetails": {
                "subscriptionId": "d2b43582-0000-4000-8000-000000000001",
                "resourceGroupName": "rg", "registryName": "contosoreg",
                "repositoryName": "contoso/db", "userName": "contosoreg",
                "password": "registry-password",
            },
            "imageTags": ["latest", "1.0.0"],
        });
    }
    if product_type == "softwareAsAService" {
        let kind = "software-as-a-service-technical-configuration";
        return json!({
            "$schema": name_schema(kind, 3), "id": of_plan(kind), "product": product, "plan": plan,
            "landingPageUrl": "https://contoso.example/landing",
            "connectionWebhook": "https://contoso.example/webhook",
        });
    }
    machine_configuration(product, plan, of_plan, name, product_type == "coreVirtualMachine")
}

fn machine_configuration(
    product: &str,
    plan: &str,
    of_plan: &dyn Fn(&str) -> String,
    name: &str,
    is_core: bool,
) -> Value {
    let (kind, preview) = if is_core {
        ("core-virtual-machine-plan-technical-configuration", 6)
    } else {
        ("virtual-machine-plan-technical-configuration", 5)
    };
    let mut shown = json!({
        "$schema": name_schema(kind, preview), "id": of_plan(kind),
        "product": product, "plan": plan,
        "operatingSystem": {"family": "linux", "friendlyName": "Linux", "type": "other"},
        "recommendedVmSizes": ["d2s-standard-v5"], "openPorts": [],
        "vmProperties": {"supportsExtensions": true, "supportsBackup": false,
            "supportsAcceleratedNetworking": false, "supportsNVMe": false,
            "supportsCloudInit": false},
        "skus": [
            {"imageType": "x64Gen2", "skuId": name},
            {"imageType": "x64Gen1", "skuId": format!("{name}-gen1")},
        ],
        "vmImageVersions": [{
            "versionNumber": "1.0.0", "lifecycleState": "generallyAvailable",
            "vmImages": [machine_image(name, "x64Gen2"), machine_image(name, "x64Gen1")],
        }],
    });
    if is_core {
        shown["softwareType"] = json!("operatingSystem");
    }
    shown
}
