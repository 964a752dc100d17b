//! `NotificationTemplate`: the mail that is sent on an occasion, of which the bus shows the name.

use serde_json::json;

use super::kind::{About, Head, Kind, Status};
use super::lookup::Finding;
use super::property::{Form, Property};
use crate::domain::id::{Id, NotificationTemplateId};
use crate::domain::notification::{NotificationTemplate, Occasion};
use crate::domain::operator::Permission;
use crate::domain::page::Page;
use crate::services::{Cx, Error, account, notification};

/// The full id of the type.
pub(super) const ID: &str = "http://www.odin.com/billing/NotificationTemplate/1.0";

type Says = Property<NotificationTemplate>;

/// The type. Every vendor has a template for each occasion from the beginning.
pub(super) static KIND: Kind<NotificationTemplate> = Kind {
    about: About {
        name: "NotificationTemplate",
        id: ID,
        implements: &["http://aps-standard.org/types/core/resource/1.0"],
        alias: Some("notification-templates"),
        number: 103,
        reads: Permission::NotificationRead,
    },
    head,
    find: |cx, id| {
        let found = notification::get(cx, NotificationTemplateId::from_uuid(id));
        found.map_or_else(Error::or_nothing, |it| Ok(Some(it)))
    },
    list: |cx, _| Ok(Page { items: notification::list(cx, None)?, next: None }),
    finding: Finding::NONE,
    properties: &[Says::of("name", Form::Text, |it| json!(name(it.occasion)))
        .read_only()
        .meaning("On which occasion it is sent")],
    relations: &[],
    operations: &[],
    create: None,
    update: None,
    delete: None,
};

/// A template that nobody has changed is as old as its vendor.
fn head(cx: Cx<'_>, it: &NotificationTemplate) -> Result<Head, Error> {
    let mut head = Head::of(it.id.uuid(), &it.stamp, Status::Ready);
    if it.stamp.revision == 0 {
        head.revision = 1;
        head.modified = account::of_seller(cx, it.stamp.seller)?.stamp.created_at;
    }
    Ok(head)
}

const fn name(it: Occasion) -> &'static str {
    match it {
        Occasion::Welcome => "Welcome",
        Occasion::PasswordReset => "Password Reset",
        Occasion::OrderConfirmed => "Order Confirmation",
        Occasion::OfferSold => "Sales Notification",
        Occasion::InvoiceIssued => "Invoice",
        Occasion::PaymentReceived => "Payment",
        Occasion::PaymentReminder => "Payment Reminder",
        Occasion::SubscriptionExpiring => "Subscription Expiration Reminder",
        Occasion::SubscriptionExpired => "Subscription Expiration",
        Occasion::SubscriptionHeld => "Subscription Hold",
        Occasion::LowBalance => "Low Balance",
        Occasion::OneTimePassword => "One-Time Password",
        Occasion::UserSuspended => "User Suspension",
        Occasion::UserResumed => "User Activation",
        Occasion::RolesChanged => "User Roles",
        Occasion::UserRemoved => "User Removal",
        Occasion::SubscriptionReleased => "Subscription Release",
        Occasion::SeatGiven => "Seat Assignment",
        Occasion::SeatChanged => "Seat Change",
        Occasion::SeatTaken => "Seat Removal",
        Occasion::DunningNotice => "Dunning Notice",
        Occasion::CreditNoteIssued => "Credit Memo",
        Occasion::SwitchFellAway => "Subscription Switch Cancellation",
        Occasion::InstalmentReminder => "Installment Reminder",
        Occasion::TrialExtended => "Trial Extension",
        Occasion::TrialUpgraded => "Trial Upgrade",
        Occasion::LoginChanged => "Login Change",
        Occasion::DebitAnnounced => "Direct Debit Announcement",
        Occasion::AccountHeld => "Account Hold",
        Occasion::AccountReleased => "Account Release",
        Occasion::SettlementIssued => "Settlement",
        Occasion::ShipmentSent => "Shipment",
        Occasion::AssetUpgraded => "Product Upgrade",
        Occasion::OrderInformationRequired => "Order Information Required",
        Occasion::OrderUnpaid => "Unpaid Order",
        Occasion::RefundMade => "Refund",
        Occasion::OrderFellShort => "Order Failure",
        Occasion::SupplyOrdered => "Supplier Order",
        Occasion::ServicesEnded => "Service Termination",
        Occasion::PlanAgreed => "Payment Plan",
        Occasion::InstalmentDue => "Installment Due",
        Occasion::PlanCompleted => "Payment Plan Completion",
    }
}
