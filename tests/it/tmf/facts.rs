//! What the definitions and the conformance kits say of each resource, written down beside the table
//! of the house and not from it.

/// A resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    /// Where its list is.
    pub(super) path: &'static str,
    /// What can be done beside reading.
    pub(super) verbs: &'static [&'static str],
    /// A body that makes one: with what must be said, and what the kits send.
    pub(super) make: &'static str,
    /// What must be said.
    pub(super) required: &'static [&'static str],
    /// What an answer has.
    pub(super) holds: &'static [&'static str],
    /// By what the kits filter.
    pub(super) filters: &'static [&'static str],
    /// A body that changes one.
    pub(super) change: &'static str,
    /// How many there are in a house with people in it when the first is made.
    pub(super) before: usize,
    /// What removing one is answered with.
    pub(super) removal: u16,
    /// What the stage calls one, where none can be made here.
    pub(super) stage: Option<&'static str>,
}

const ALL: &[&str] = &["POST", "PATCH", "DELETE"];

const fn row(path: &'static str, make: &'static str) -> Row {
    Row {
        path,
        verbs: ALL,
        make,
        required: &["name"],
        holds: &["id", "href", "name"],
        filters: &["id", "name"],
        change: r#"{"description":"of $side, changed","name":"$side changed"}"#,
        before: 0,
        removal: 204,
        stage: None,
    }
}

/// Something that is done with a balance.
const fn action(path: &'static str, make: &'static str) -> Row {
    row(path, make)
        .holds(&["amount", "href", "id", "status", "usageType"])
        .filters(&["id", "status", "usageType"])
        .changes(r#"{"description":"$side changed"}"#)
}

/// One that cannot be made here.
const fn found(path: &'static str, verbs: &'static [&'static str], stage: &'static str) -> Row {
    Row { verbs, required: &[], stage: Some(stage), ..row(path, "{}") }
}

impl Row {
    const fn requires(self, required: &'static [&'static str]) -> Self {
        Self { required, ..self }
    }

    const fn does(self, verbs: &'static [&'static str]) -> Self {
        Self { verbs, ..self }
    }

    const fn holds(self, holds: &'static [&'static str]) -> Self {
        Self { holds, ..self }
    }

    const fn filters(self, filters: &'static [&'static str]) -> Self {
        Self { filters, ..self }
    }

    const fn starts_with(self, before: usize) -> Self {
        Self { before, ..self }
    }

    /// One that cannot be removed as long as it is the only one of its account.
    const fn refuses_removal(self) -> Self {
        Self { removal: 409, ..self }
    }

    const fn changes(self, change: &'static str) -> Self {
        Self { change, ..self }
    }
}

const ACCOUNT: &[&str] = &["name", "relatedParty"];
const CATALOGUED: &[&str] = &["id", "href", "lastUpdate", "lifecycleStatus", "name"];
const TYPED: &[&str] = &["@type", "href", "id", "name"];

/// A file that is asked for: where it is the house says.
const fn export(path: &'static str) -> Row {
    row(path, r#"{"description":"$side","contentType":"application/x-ndjson"}"#)
        .does(&["POST", "DELETE"])
        .requires(&[])
        .holds(&["id", "href", "url", "status", "creationDate"])
        .filters(&["id", "status"])
}

/// A file that is to be read in.
const fn import(path: &'static str) -> Row {
    row(path, r#"{"description":"$side","url":"data:application/json,[]"}"#)
        .does(&["POST", "DELETE"])
        .requires(&["url"])
        .holds(&["id", "href", "url", "status", "creationDate"])
        .filters(&["id", "status"])
}

/// All resources.
pub(super) const ROWS: &[Row] = &[
    row("/tmf-api/productCatalogManagement/v4/catalog", r#"{"name":"$side","catalogType":"web"}"#)
        .holds(CATALOGUED)
        .filters(&["id", "name", "lastUpdate", "lifecycleStatus"]),
    row(
        "/tmf-api/promotionManagement/v4/promotion",
        r#"{"name":"$side","promotionType":"award","pattern":[{"name":"a","action":[{"actionType":"b"}]}]}"#,
    ),
    row("/tmf-api/productCatalogManagement/v4/category", r#"{"name":"$side","isRoot":true}"#)
        .holds(CATALOGUED)
        .filters(&["id", "name", "lastUpdate", "lifecycleStatus"]),
    row(
        "/tmf-api/productCatalogManagement/v4/productOffering",
        r#"{"name":"$side","description":"A plan","channel":[{"id":"1","name":"Online"}],"productSpecification":{"id":"7655"}}"#,
    )
    .holds(CATALOGUED)
    .filters(&["id", "lastUpdate", "lifecycleStatus", "name"]),
    row(
        "/tmf-api/productCatalogManagement/v4/productOfferingPrice",
        r#"{"name":"$side","priceType":"recurring","price":{"unit":"EUR","value":9.90}}"#,
    )
    .holds(CATALOGUED)
    .filters(&["id", "lastUpdate", "lifecycleStatus", "name", "priceType"]),
    row(
        "/tmf-api/productCatalogManagement/v4/productSpecification",
        r#"{"name":"$side","brand":"Tillbox","productSpecCharacteristic":[{"name":"color"}]}"#,
    )
    .holds(CATALOGUED)
    .filters(&["id", "lastUpdate", "lifecycleStatus", "name"]),
    import("/tmf-api/productCatalogManagement/v4/importJob"),
    export("/tmf-api/productCatalogManagement/v4/exportJob"),
    import("/tmf-api/serviceCatalogManagement/v4/importJob"),
    export("/tmf-api/serviceCatalogManagement/v4/exportJob"),
    import("/tmf-api/resourceCatalog/v4/importJob"),
    export("/tmf-api/resourceCatalog/v4/exportJob"),
    row(
        "/tmf-api/productOrderingManagement/v4/productOrder",
        r#"{"description":"$side","productOrderItem":[{"id":"100","action":"add","quantity":1,"productOffering":{"id":"7655"}}],"relatedParty":[{"id":"45hj-999","role":"requester","@referredType":"Individual"}]}"#,
    )
    .requires(&["productOrderItem"])
    .holds(&["productOrderItem", "href", "id", "orderDate", "relatedParty", "state"])
    .filters(&["id", "orderDate", "state"])
    .changes(r#"{"description":"$side changed"}"#),
    row(
        "/tmf-api/productOrderingManagement/v4/cancelProductOrder",
        r#"{"cancellationReason":"$side","productOrder":{"id":"5351"}}"#,
    )
    .does(&["POST"])
    .requires(&["productOrder"])
    .holds(&["id", "href", "productOrder", "state"])
    .filters(&["id", "state"]),
    row(
        "/tmf-api/quoteManagement/v4/quote",
        r#"{"description":"$side","quoteItem":[{"id":"1","action":"add","quantity":1,"productOffering":{"id":"14277"}}]}"#,
    )
    .requires(&["quoteItem"])
    .holds(&["quoteItem", "id", "href", "quoteDate", "state"])
    .filters(&["id", "quoteDate", "state"])
    .changes(r#"{"description":"$side changed"}"#),
    row(
        "/payment/v4/payment",
        r#"{"description":"$side","account":{"id":"8979"},"paymentMethod":{"@type":"cash"},"totalAmount":{"unit":"EUR","value":12.50}}"#,
    )
    .does(&["POST"])
    .requires(&["account", "paymentMethod", "totalAmount"])
    .holds(&["account", "paymentMethod", "href", "id", "totalAmount", "status", "statusDate"])
    .filters(&["id", "status"]),
    row(
        "/tmf-api/shoppingCart/v4/shoppingCart",
        r#"{"description":"$side","cartItem":[{"id":"1","action":"add","quantity":1,"productOffering":{"id":"14305"}}]}"#,
    )
    .requires(&[])
    .holds(&["href", "id"])
    .filters(&["id"])
    .changes(r#"{"cartItem":[{"id":"2","quantity":3,"productOffering":{"id":"14306"}}]}"#),
    row("/tmf-api/usageConsumption/v4/queryUsageConsumption", r#"{"description":"$side"}"#)
        .does(&["POST", "DELETE"])
        .requires(&[])
        .holds(&["id", "href", "usageConsumption"])
        .filters(&["id"]),
    row(
        "/tmf-api/productOfferingQualification/v4/productOfferingQualification",
        r#"{"description":"$side","productOfferingQualificationItem":[]}"#,
    )
    .requires(&[])
    .holds(&["id", "href", "productOfferingQualificationDate", "state", "productOfferingQualificationItem"])
    .filters(&["state", "id", "href"]),
    Row {
        make: r#"{"productOffering":{"id":"$offer"},"relatedParty":[{"id":"$customer"}],"place":[{"name":"$side"}]}"#,
        ..found("/tmf-api/productInventory/v4/product", ALL, "subscription")
    }
    .requires(&["productOffering"])
        .changes(r#"{"status":"suspended","description":"$side"}"#),
    row(
        "/tmf-api/customerBillManagement/v4/customerBillOnDemand",
        r#"{"name":"$side","billingAccount":{"id":"1234"},"relatedParty":{"href":"x"}}"#,
    )
    .does(&["POST"])
    .requires(&[])
    .holds(&["href", "id", "state"])
    .filters(&["id"]),
    row(
        "/tmf-api/paymentMethod/v4/paymentMethod",
        r#"{"name":"$side","@type":"Cash","relatedParty":{"id":"1"}}"#,
    )
    .requires(&["@type", "name"])
    .holds(&["@type", "name", "id", "status", "statusDate"])
    .filters(&["name", "status", "statusDate"]),
    found("/tmf-api/customerBillManagement/v4/customerBill", &["PATCH"], "invoice")
        .changes(r#"{"state":"sent"}"#),
    found("/tmf-api/customerBillManagement/v4/appliedCustomerBillingRate", &[], ""),
    row(
        "/tmf-api/customerManagement/v4/customer",
        r#"{"name":"$side","engagedParty":{"id":"500","name":"Jean Pontus","@referredType":"Individual"},"creditProfile":[{"creditRiskRating":1}]}"#,
    )
    .requires(&["engagedParty", "name"])
    .holds(&["engagedParty", "@type", "href", "id", "name", "status"])
    .starts_with(5),
    row(
        "/tmf-api/party/v4/individual",
        r#"{"givenName":"Jane","familyName":"$side","gender":"female","countryOfBirth":"United States","contactMedium":[{"mediumType":"email","characteristic":{"emailAddress":"jane@$side.test"}}]}"#,
    )
    .requires(&["givenName", "familyName"])
    .holds(&["familyName", "givenName", "href", "id", "status"])
    .filters(&["familyName", "givenName"])
    .changes(r#"{"givenName":"Janet","status":"validated","maritalStatus":"married"}"#)
    .starts_with(1),
    row(
        "/tmf-api/party/v4/organization",
        r#"{"tradingName":"$side","organizationType":"company","isLegalEntity":true}"#,
    )
    .requires(&["tradingName"])
    .holds(&["href", "id", "tradingName", "status"])
    .filters(&["tradingName"])
    .changes(r#"{"tradingName":"$side changed","status":"validated","nameType":"inc"}"#)
    .starts_with(6),
    row("/tmf-api/serviceCatalogManagement/v4/serviceCatalog", r#"{"name":"$side services"}"#)
        .holds(CATALOGUED),
    row("/tmf-api/serviceCatalogManagement/v4/serviceCategory", r#"{"name":"$side"}"#)
        .holds(CATALOGUED),
    row(
        "/tmf-api/serviceCatalogManagement/v4/serviceCandidate",
        r#"{"name":"$side","serviceSpecification":{"id":"7655","name":"Firewall"}}"#,
    )
    .requires(&["name", "serviceSpecification"])
    .holds(CATALOGUED),
    row(
        "/tmf-api/serviceCatalogManagement/v4/serviceSpecification",
        r#"{"name":"$side","description":"A service"}"#,
    )
    .holds(&["@type", "href", "id", "isBundle", "lastUpdate", "lifecycleStatus", "name"])
    .filters(&["id", "isBundle", "lastUpdate", "lifecycleStatus", "name"]),
    row("/tmf-api/resourceCatalog/v4/resourceCatalog", r#"{"name":"$side resources"}"#)
        .holds(CATALOGUED),
    row("/tmf-api/resourceCatalog/v4/resourceCategory", r#"{"name":"$side"}"#).holds(CATALOGUED),
    row("/tmf-api/resourceCatalog/v4/resourceCandidate", r#"{"name":"$side"}"#).holds(CATALOGUED),
    row(
        "/tmf-api/resourceCatalog/v4/resourceSpecification",
        r#"{"name":"$side","@type":"LogicalResourceSpecification"}"#,
    )
    .holds(&["href", "id", "lastUpdate", "isBundle", "lifecycleStatus", "name"])
    .filters(&["id", "lastUpdate", "isBundle", "lifecycleStatus", "name"]),
    row(
        "/tmf-api/agreementManagement/v4/agreement",
        r#"{"name":"$side","agreementType":"commercial","agreementItem":[{"product":[{"id":"1"}]}],"engagedParty":[{"id":"2","@referredType":"Organization"}],"status":"in process"}"#,
    )
    .requires(&["agreementItem", "agreementType", "engagedParty", "name"])
    .holds(&["agreementItem", "agreementType", "engagedParty", "name", "@type", "href", "id"])
    .filters(&["agreementType", "name", "id"]),
    row(
        "/tmf-api/agreementManagement/v4/agreementSpecification",
        r#"{"name":"$side","attachment":[{"id":"22","attachmentType":"picture"}]}"#,
    )
    .requires(&["attachment", "name"])
    .holds(&["attachment", "name", "@type", "href", "id"]),
    row(
        "/tmf-api/accountManagement/v4/partyAccount",
        r#"{"name":"$side","relatedParty":[{"id":"4563","name":"$side","role":"owner","@referredType":"Organization"}],"accountType":"residential"}"#,
    )
    .requires(ACCOUNT)
    .holds(&["name", "relatedParty", "href", "id", "state"])
    .starts_with(6),
    row(
        "/tmf-api/accountManagement/v4/billingAccount",
        r#"{"name":"$side","relatedParty":[{"id":"4563","name":"$side","role":"owner","@referredType":"Organization"}],"ratingType":"Prepaid"}"#,
    )
    .requires(ACCOUNT)
    .holds(&["name", "relatedParty", "href", "id", "state"])
    .starts_with(8)
    .refuses_removal(),
    row(
        "/tmf-api/accountManagement/v4/settlementAccount",
        r#"{"name":"$side","relatedParty":[{"id":"4563","name":"$side","role":"owner"}]}"#,
    )
    .requires(ACCOUNT)
    .holds(&["name", "relatedParty", "href", "id", "state"]),
    row("/tmf-api/accountManagement/v4/financialAccount", r#"{"name":"$side","accountType":"gl"}"#),
    row("/tmf-api/accountManagement/v4/billFormat", r#"{"name":"$side"}"#),
    row("/tmf-api/accountManagement/v4/billPresentationMedia", r#"{"name":"$side"}"#),
    row("/tmf-api/accountManagement/v4/billingCycleSpecification", r#"{"name":"$side"}"#),
    row("/tmf-api/document/v4/document", r#"{"name":"$side","description":"A paper"}"#),
    row("/tmf-api/document/v4/documentSpecification", r#"{"name":"$side"}"#),
    row(
        "/tmf-api/partnershipManagement/v4/partnership",
        r#"{"name":"$side","specification":{"id":"12","name":"Framework"}}"#,
    )
    .requires(&["name", "specification"])
    .holds(&["@type", "href", "id", "name", "specification"])
    .filters(&["href", "id", "name"]),
    row("/tmf-api/partnershipManagement/v4/partnershipSpecification", r#"{"name":"$side"}"#)
        .holds(TYPED),
    row("/tmf-api/partyRoleManagement/v4/partyRole", r#"{"name":"$side"}"#),
    row(
        "/tmf-api/digitalIdentityManagement/v4/digitalIdentity",
        r#"{"credential":[{"@type":"LoginPasswordCredential","login":"$side"}]}"#,
    )
    .requires(&["credential"])
    .holds(&["creationDate", "credential", "href", "id", "status"])
    .filters(&["creationDate", "id", "status"])
    .changes(r#"{"nickname":"$side changed"}"#),
    row("/tmf-api/event/v4/topic", r#"{"name":"$side","contentQuery":"a=b"}"#)
        .does(&["POST", "DELETE"])
        .requires(&[])
        .starts_with(28),
    row(
        "/tmf-api/usageManagement/v4/usage",
        r#"{"description":"$side","usageType":"VoIP","usageDate":"2026-01-01T00:00:00Z","usageSpecification":{"id":"18"},"usageCharacteristic":[{"name":"duration","value":20}]}"#,
    )
    .requires(&[])
    .holds(&["id", "href", "usageSpecification", "status"])
    .filters(&["id", "status"])
    .changes(r#"{"description":"$side changed"}"#),
    row("/tmf-api/usageManagement/v4/usageSpecification", r#"{"name":"$side","description":"A call"}"#)
        .requires(&[]),
    row(
        "/tmf-api/prepayBalanceManagement/v4/bucket",
        r#"{"name":"$side","usageType":"data","remainingValue":{"amount":12,"units":"GB"}}"#,
    )
    .does(&["POST"])
    .requires(&[])
    .holds(&["confirmationDate", "href", "id", "status", "usageType"])
    .filters(&["id", "status", "usageType"])
    .starts_with(10),
    action(
        "/tmf-api/prepayBalanceManagement/v4/topupBalance",
        r#"{"description":"$side","amount":{"amount":10,"units":"EUR"},"usageType":"monetary","bucket":{"id":"1"},"partyAccount":{"id":"2"}}"#,
    )
    .requires(&["amount", "bucket"]),
    action(
        "/tmf-api/prepayBalanceManagement/v4/adjustBalance",
        r#"{"description":"$side","amount":{"amount":10,"units":"EUR"},"usageType":"monetary","bucket":{"id":"1"}}"#,
    )
    .requires(&["amount", "usageType", "bucket"]),
    action(
        "/tmf-api/prepayBalanceManagement/v4/transferBalance",
        r#"{"description":"$side","reason":"gift","receiverLogicalResource":{"id":"1"},"channel":{"id":"1"},"logicalResource":{"id":"2"},"amount":{"amount":10,"units":"EUR"},"usageType":"monetary","bucket":{"id":"1"},"receiverBucket":{"id":"2"},"receiverBucketUsageType":"monetary"}"#,
    )
    .requires(&[
        "reason",
        "receiverLogicalResource",
        "channel",
        "logicalResource",
        "amount",
        "usageType",
        "bucket",
        "receiverBucket",
        "receiverBucketUsageType",
    ])
    .changes(r#"{"reason":"$side changed"}"#),
    action(
        "/tmf-api/prepayBalanceManagement/v4/reserveBalance",
        r#"{"description":"$side","amount":{"amount":10,"units":"EUR"},"usageType":"monetary","bucket":{"id":"1"},"partyAccount":{"id":"2"},"relatedParty":[{"id":"3"}]}"#,
    )
    .requires(&["bucket"]),
    found("/tmf-api/prepayBalanceManagement/v4/accumulatedBalance", &[], "").starts_with(9),
    found("/tmf-api/prepayBalanceManagement/v4/balanceActionHistory", &[], ""),
    row(
        "/rolesAndPermissions/v4/userRole",
        r#"{"involvementRole":"$side","entitlement":[{"action":"read","function":"bills"}]}"#,
    )
    .does(&["POST", "PATCH"])
    .requires(&["entitlement"])
    .holds(&["entitlement", "href", "id"])
    .filters(&["href", "id"])
    .changes(r#"{"involvementRole":"$side changed"}"#)
    .starts_with(4),
    row(
        "/rolesAndPermissions/v4/permission",
        r#"{"description":"$side","user":{"id":"42","@referredType":"Individual"},"validFor":{"startDateTime":"2026-01-01T00:00:00Z"},"privilege":[]}"#,
    )
    .does(&["POST", "PATCH"])
    .requires(&["user", "validFor"])
    .holds(&["user", "validFor", "href", "id"])
    .filters(&["id"])
    .changes(r#"{"description":"$side changed"}"#)
    .starts_with(9),
    row(
        "/payment/v4/refund",
        r#"{"description":"$side","account":{"id":"8979"},"paymentMethod":{"@type":"cash"},"totalAmount":{"unit":"EUR","value":12.50}}"#,
    )
    .does(&["POST"])
    .requires(&["account", "paymentMethod", "totalAmount"])
    .holds(&["account", "paymentMethod", "href", "id", "totalAmount", "status", "statusDate"])
    .filters(&["id", "status"]),
    row(
        "/tmf-api/revenueSharingAlgorithmManagement/v5/partyRevSharingAlgorithm",
        r#"{"name":"$side","actionVariable":[{"name":"percentage","value":"10"}]}"#,
    ),
    row(
        "/tmf-api/revenueSharingReportManagement/v5/partyRevSharingReport",
        r#"{"name":"$side","money":{"unit":"EUR","value":10}}"#,
    )
    .requires(&["money"])
    .holds(&["id", "href", "money"]),
    row(
        "/tmf-api/revenueSharingModelManagement/v5/partyRevSharingModel",
        r#"{"name":"$side","relatedParty":[{"id":"1"}],"partyRevSharingModelItem":[{"name":"half"}]}"#,
    )
    .requires(&["name", "relatedParty", "partyRevSharingModelItem"]),
];

impl Row {
    /// A body with the name of a side in it.
    pub(super) fn filled(text: &str, side: &str) -> serde_json::Value {
        serde_json::from_str(&text.replace("$side", side)).expect("a body")
    }
}
