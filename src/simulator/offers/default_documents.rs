//! The documents that offers have by default: one for each type of virtual machine offer, with the
//! keys that real ones have, and a short one for types whose keys nobody has published.

use serde_json::{Value, json};

/// `offerTypeId` of virtual machine offers.
pub const VIRTUAL_MACHINE: &str = "microsoft-azure-virtualmachines";
/// `offerTypeId` of core virtual machine offers.
pub const CORE_VIRTUAL_MACHINE: &str = "microsoft-azure-corevm";

/// The definition of a new offer.
pub fn default_definition(offer_type: &str, id: &str, plans: &[String]) -> Value {
    match offer_type {
        VIRTUAL_MACHINE => virtual_machine(id, plans),
        CORE_VIRTUAL_MACHINE => core_virtual_machine(id, plans),
        _ => {
            let plans: Vec<Value> = plans.iter().map(|plan| json!({"planId": plan})).collect();
            json!({"displayText": id, "offer": {}, "plans": plans})
        }
    }
}

/// A signed address as documents carry it.
fn signed_disk(id: &str, plan: &str, version: &str) -> String {
    format!(
        "https://contoso.blob.core.windows.net/vhds/{id}-{plan}-{version}.vhd?sv=2022-11-02&sr=c\
         &sp=rl&st=2025-12-31T00%3A00%3A00Z&se=2099-01-01T00%3A00%3A00Z\
         &sig=c2ltdWxhdGVk%2B{plan}%3D"
    )
}

fn virtual_machine(id: &str, plans: &[String]) -> Value {
    let plans: Vec<Value> = plans.iter().map(|plan| virtual_machine_plan(id, plan)).collect();
    json!({
        "displayText": id,
        "offer": {
            "microsoft-azure-marketplace.title": id,
            "microsoft-azure-marketplace.summary": "One line",
            "microsoft-azure-marketplace.longSummary": "Two lines",
            "microsoft-azure-marketplace.description": "<p>HTML &amp; more</p>",
            "microsoft-azure-marketplace.offerMarketingUrlIdentifier": id,
            "microsoft-azure-marketplace.allowedSubscriptions":
                ["d2b43582-0000-4000-8000-000000000001"],
            "microsoft-azure-marketplace.usefulLinks":
                [{"linkTitle": "Docs", "linkUrl": "https://contoso.example/docs"}],
            "microsoft-azure-marketplace.categories": [],
            "microsoft-azure-marketplace.categoryMap": [{
                "categoryL1": "analytics",
                "categoryL2-analytics": ["visualization-and-reporting"],
            }],
            "microsoft-azure-marketplace.smallLogo": "https://contoso.example/small.png",
            "microsoft-azure-marketplace.largeLogo": "https://contoso.example/large.png",
            "microsoft-azure-marketplace.screenshots": [],
            "microsoft-azure-marketplace.leadDestination": "None",
            "microsoft-azure-marketplace.blobLeadConfiguration": {},
            "microsoft-azure-marketplace.leadNotificationEmails": "",
            "microsoft-azure-marketplace.privacyURL": "https://contoso.example/privacy",
            "microsoft-azure-marketplace.useEnterpriseContract": false,
            "microsoft-azure-marketplace.termsOfUse": "Terms",
            "microsoft-azure-marketplace.customAmendments": null,
            "microsoft-azure-marketplace.supportContactName": "Bob",
            "microsoft-azure-marketplace-testdrive.enabled": false,
            "microsoft-azure-virtualmachines.gtmMaterials": "",
        },
        "plans": plans,
    })
}

fn virtual_machine_plan(id: &str, plan: &str) -> Value {
    json!({
        "planId": plan,
        "regions": ["AZ", "US"],
        "microsoft-azure-virtualmachines.skuTitle": plan,
        "microsoft-azure-virtualmachines.skuSummary": "Summary",
        "microsoft-azure-virtualmachines.skuDescription": "Description",
        "microsoft-azure-virtualmachines.hideSKUForSolutionTemplate": false,
        "microsoft-azure-virtualmachines.cloudAvailability": ["PublicAzure"],
        "microsoft-azure-virtualmachines.operatingSystemFamily": "Linux",
        "microsoft-azure-virtualmachines.osType": "Other",
        "microsoft-azure-virtualmachines.recommendedVMSizes": ["a0-basic", "a1-standard"],
        "microsoft-azure-virtualmachines.openPorts": [],
        "microsoft-azure-virtualmachines.supportsExtensions": true,
        "microsoft-azure-virtualmachines.generation": "1",
        "microsoft-azure-virtualmachines.vmImages": {
            "1.0.0": {"osVhdUrl": signed_disk(id, plan, "1.0.0"), "lunVhdDetails": []},
        },
        "restrictedAudience": {"manualEntries": [{
            "type": "subscriptionId",
            "id": "d2b43582-0000-4000-8000-000000000002",
            "description": "pilot",
        }]},
        "virtualMachinePricing": {
            "isByol": false,
            "freeTrialDurationInMonths": 0,
            "coreMultiplier": {"currency": "USD", "single": 0},
        },
    })
}

fn core_virtual_machine(id: &str, plans: &[String]) -> Value {
    let plans: Vec<Value> = plans.iter().map(|plan| core_plan(id, plan)).collect();
    json!({
        "displayText": id,
        "offer": {
            "microsoft-azure-corevm.legacyOfferId": "",
            "microsoft-azure-corevm.legacyPublisherId": "",
            "microsoft-azure-corevm.title": id,
            "microsoft-azure-corevm.summary": "One line",
            "microsoft-azure-corevm.description": "Description",
            "microsoft-azure-corevm.allowedSubscriptions":
                ["4145cbfe-0000-4000-8000-000000000001"],
            "microsoft-azure-corevm.leadDestination": "None",
            "microsoft-azure-corevm.crmLeadConfiguration": {},
            "microsoft-azure-corevm.leadNotificationEmails": "",
        },
        "plans": plans,
    })
}

fn core_plan(id: &str, plan: &str) -> Value {
    let image = |suffix: &str| {
        json!({"1.0.0": {
            "mediaName": format!("{id}-{plan}{suffix}-1-0-0"),
            "showInGui": true,
            "publishedDate": "01/01/2026",
            "label": id,
            "description": "Image",
            "osVhdUrl": signed_disk(id, &format!("{plan}{suffix}"), "1.0.0"),
            "lunVhdDetails": [],
        }})
    };
    json!({
        "planId": plan,
        "microsoft-azure-corevm.skuTitle": plan,
        "microsoft-azure-corevm.skuSummary": "Summary",
        "microsoft-azure-corevm.skuLongSummary": format!("Long summary of {plan}"),
        "microsoft-azure-corevm.skuDescriptionPublicAzure": null,
        "microsoft-azure-corevm.hideSKUForSolutionTemplate": true,
        "microsoft-azure-corevm.imageVisibility": true,
        "microsoft-azure-corevm.cloudAvailability": ["PublicAzure", "Mooncake", "Fairfax"],
        "microsoft-azure-corevm.defaultImageSizeGB": "30",
        "microsoft-azure-corevm.operatingSystemFamily": "Linux",
        "microsoft-azure-corevm.osType": "Other",
        "microsoft-azure-corevm.generation": "1",
        "microsoft-azure-corevm.vmImagesArchitecture": "X64",
        "microsoft-azure-corevm.vmImagesPublicAzure": image(""),
        "diskGenerations": [
            {
                "planId": format!("{plan}-gen2"),
                "microsoft-azure-corevm.generation": "2",
                "microsoft-azure-corevm.vmImagesArchitecture": "X64",
                "microsoft-azure-corevm.vmImagesPublicAzure": image("-gen2"),
            },
            {
                "planId": format!("{plan}-arm64"),
                "microsoft-azure-corevm.generation": "2",
                "microsoft-azure-corevm.vmImagesArchitecture": "Arm64",
                "microsoft-azure-corevm.vmImagesPublicAzure": {},
            },
        ],
        "microsoft-azure-corevm.migratedOffer": false,
        "microsoft-azure-corevm.smallLogo": "https://contoso.example/small.png",
    })
}
